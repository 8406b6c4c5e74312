import type { Connection, KubeRequest } from './connection.ts';

/** A double of a connection: it gives one answer to every request, or refuses, and keeps their paths. */
export function answering(answer: object): {
  readonly connection: Connection;
  readonly asked: readonly string[];
} {
  const asked: string[] = [];
  const connection: Partial<Connection> = {
    request: async <T>({ path }: KubeRequest): Promise<T> => {
      asked.push(path);
      if (answer instanceof Error) throw answer;
      return answer as T;
    },
  };
  return { connection: connection as Connection, asked };
}
