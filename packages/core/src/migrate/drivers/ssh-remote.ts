import { shellCommand } from './ssh-quote.ts';

/** What a cancelled run leaves on the server: nothing, or the run itself. */
export type OnCancel = 'stop' | 'leave';

/** What stands before what our own code on the server says. */
export const REMOTE_MARK = 'paal-remote: ';

/**
 * `enter` goes to the folder and looks for the script, so that neither is taken for a failure of it.
 */
const ENTER = `
enter() {
  cd -- "$1" 2>/dev/null || { echo '${REMOTE_MARK}no-directory'; exit 127; }
  [ -f "$2" ] || { echo '${REMOTE_MARK}no-script'; exit 127; }
  [ -x "$2" ] || { echo '${REMOTE_MARK}not-executable'; exit 126; }
}
`;

/**
 * Runs a command so that it outlives no connection (`stop`), or every connection (`leave`).
 *
 * sshd gives a command without a terminal no signal when its client goes away, and when the network
 * is cut it does not even know. So the client gives a sign of life on standard input, and when that
 * ends or stays away, the process group gets SIGTERM. What the command prints goes through \`relay\`,
 * which swallows it once nobody reads: a runner that is to come to its next safe point must not die
 * of its last lines. Arguments: mode, seconds without a sign of life, folder, command.
 */
const RUN = `${ENTER}
mode=$1 patience=$2
shift 2
enter "$@"
shift
command -v timeout >/dev/null || timeout() { shift; exec "$@"; }
hold() { trap : HUP INT TERM PIPE; }
relay() {
  trap '' HUP INT TERM
  cat 2>/dev/null
  cat >/dev/null
}
watch() {
  trap 'kill -s TERM "$sign"; exit' TERM
  trap : HUP INT PIPE
  while :; do
    timeout "$patience" sh -c 'read -r line' <&3 3<&- &
    sign=$!
    wait "$sign" || break
  done
  trap : TERM
  kill -s TERM -- "-$$" || kill -s TERM "$1"
}
run() {
  hold
  echo '${REMOTE_MARK}started' "$$"
  "$@" </dev/null 3<&- 4>&- &
  child=$!
  if [ "$mode" = stop ]; then
    watch "$child" >/dev/null 2>&1 4>&- &
    watcher=$!
  fi
  while :; do
    wait "$child"
    code=$?
    kill -s 0 "$child" 2>/dev/null || break
  done
  [ "$mode" = leave ] || kill -s TERM "$watcher" 2>/dev/null
  echo '${REMOTE_MARK}exit' "$code"
  return "$code"
}
hold
exec 3<&0 4>&1
code=$(hold; { { run "$@" 2>&1 5>&-; echo "$?" >&5; } | relay >&4 5>&-; } 5>&1)
exit "$code"
`;

/**
 * Waits for the end of a run of {@link RUN}, and then asks the script. Arguments: process, seconds
 * to wait, folder, command.
 */
const ASK = `${ENTER}
process=$1 patience=$2
shift 2
runs() {
  [ "$process" != "$$" ] || return 1
  if [ -r "/proc/$process/cmdline" ]; then grep -q -e "$0" "/proc/$process/cmdline"
  else ps -o args= -p "$process" | grep -q -e "$0"; fi
}
while runs 2>/dev/null && [ "$patience" -gt 0 ]; do
  sleep 1
  patience=$((patience - 1))
done
if runs 2>/dev/null; then echo '${REMOTE_MARK}running' "$process"; else echo '${REMOTE_MARK}ended'; fi
enter "$@"
shift
exec "$@" 2>&1 </dev/null
`;

/** A run on the server; `token` is what it is recognised by. */
export interface RemoteCall {
  readonly token: string;
  readonly directory: string;
  /** The script and its arguments. */
  readonly command: readonly string[];
  /** `NAME=VALUE` */
  readonly variables: readonly string[];
}

function throughSh(script: string, call: RemoteCall, own: readonly string[]): string {
  const { token, directory, command, variables } = call;
  const environment = variables.length === 0 ? [] : ['env', ...variables];
  const shell = ['/bin/sh', '-c', script, token, ...own, directory, ...command];
  return shellCommand(['exec', ...environment, ...shell]);
}

/** The command line for the server that runs `call`; `patience` in seconds. */
export function runCommandLine(call: RemoteCall, mode: OnCancel, patience: number): string {
  return throughSh(RUN, call, [mode, String(patience)]);
}

/** The command line for the server that asks what became of the run in `process`. */
export function askCommandLine(call: RemoteCall, process: number, patience: number): string {
  return throughSh(ASK, call, [String(process), String(patience)]);
}
