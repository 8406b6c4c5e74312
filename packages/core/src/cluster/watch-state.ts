import type { Clock } from '../clock.ts';
import { Collection, type List, listingOf } from './collection.ts';
import type { KubeObject } from './object.ts';
import type { WatchListener, WatchTarget } from './watch.ts';
import type { WatchEvent } from './watch-events.ts';

/** What a watch knows of its collection, how sure it is of that, and what it has told its owner. */
export class WatchState<T extends KubeObject> {
  readonly collection: Collection<T>;
  /** Whether the user may list; taken as true until it is denied. */
  canList = true;
  /** Whether the server sends a list as the start of a watch. */
  canStartWithList = true;
  private readonly listener: WatchListener<T>;
  private readonly clock: Clock;
  private readonly degradations = new Set<string>();
  private doubts = new Set<string>();
  private complete = false;
  private heard = 0;
  private proven = 0;

  constructor({ resource }: WatchTarget, listener: WatchListener<T>, clock: Clock) {
    this.collection = new Collection(resource);
    this.listener = listener;
    this.clock = clock;
  }

  /** Whether the whole collection has ever been known. */
  get wasComplete(): boolean {
    return this.complete;
  }

  /** When the present stream last said anything. */
  get heardAt(): number {
    return this.heard;
  }

  /** When it was last known that nothing was missed; of no meaning in doubt. */
  get provenAt(): number {
    return this.proven;
  }

  /** Whether the collection may be behind. */
  get isDoubted(): boolean {
    return this.doubts.size > 0;
  }

  /** A stream is open. */
  open(): void {
    this.heard = this.clock.now();
    if (this.collection.resourceVersion === undefined) this.proven = this.heard;
  }

  take(event: WatchEvent): void {
    this.heard = this.clock.now();
    this.proven = this.heard;
    // In doubt, the first event after a break says nothing about those that are to follow.
    const isDoubted = this.isDoubted && this.collection.resourceVersion !== undefined;
    const effect = this.collection.apply(event);
    if (effect === 'complete') this.prove();
    else if (effect === 'changed' && !isDoubted) this.listener.onChange(this.collection.objects);
  }

  /** Takes a whole list. */
  replace(list: List): void {
    const isNew = !this.complete || this.isDoubted || !this.collection.equals(listingOf(list));
    this.collection.replace(list);
    if (isNew) this.prove();
    else this.proven = this.clock.now();
  }

  /** The collection is known to be current, after a doubt or at last. */
  prove(): void {
    this.proven = this.clock.now();
    this.complete = true;
    this.doubts = new Set();
    this.listener.onChange(this.collection.objects);
  }

  /** Nothing was missed until now. */
  confirm(): void {
    if (this.isDoubted) this.prove();
    else this.proven = this.clock.now();
  }

  /** The collection may be behind; said once for each reason until it is known to be current again. */
  doubt(reason: string): void {
    if (this.doubts.has(reason)) return;
    this.doubts.add(reason);
    this.listener.onInterruption(reason);
  }

  /** It works by less than a watch; said once. */
  degrade(way: 'polling' | 'unproven', reason: string): void {
    if (this.degradations.has(way)) return;
    this.degradations.add(way);
    this.listener.onDegraded(reason);
  }
}
