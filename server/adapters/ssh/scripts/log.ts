// Scripts that read logs. Bounded on the machine itself: in lines, in bytes of a line, in bytes altogether, and in time.
import type { LogOrder, LogSource, LogStreamOrder } from '../../../app/log-ports.ts'
import { quote, quoteAll } from '../quote.ts'

/** One piece, bytes. */
export const pieceBytes = 512 * 1024
/** Of one line so much is taken, bytes: tools that work by the line would else hold all of an endless one. */
const lineBytes = 4096
/** Reading a piece and searching may take so long, seconds. */
export const readSeconds = 12
export const searchSeconds = 25
const searchedLines = 200_000
/** A follower hears from the appliance at least this often, or it ends; seconds. */
export const beatSeconds = 15
const missedBeats = 3

const stampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/
const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.@:-]*$/

interface Wanted {
  readonly lines: number | null
  readonly since: string | null
  readonly follow?: boolean
}

/** The words of the program that gives the log out, with a time before each line. */
export function logWords({ kind, name }: LogSource, { lines, since, follow = false }: Wanted): readonly string[] {
  if (!namePattern.test(name)) throw new RangeError(`${JSON.stringify(name)} cannot be the name of something with a log`)
  if (since !== null && !stampPattern.test(since)) throw new RangeError(`${JSON.stringify(since)} is not an instant`)
  const count = lines === null ? 'all' : String(Math.max(0, Math.trunc(lines)))
  if (kind === 'container')
    return ['docker', 'logs', '-t', ...(follow ? ['-f'] : []), '--tail', count, ...(since === null ? [] : ['--since', since]), name]
  // The journal knows microseconds; a little earlier is right, the reader leaves out what it has.
  const from = since === null ? [] : ['--since', `${since.slice(0, 10)} ${since.slice(11, 26)} UTC`]
  const form = ['--user', '--utc', '--no-pager', '-q', '-o', 'short-iso-precise', '-u', name]
  return ['journalctl', ...form, ...(follow ? ['-f'] : []), '-n', count, ...from]
}

/** With `since` the oldest come first, and the cut is at the end. */
export function readLogScript(source: LogSource, { since, lines }: LogOrder): string {
  const words = logWords(source, { lines: since === null ? lines : null, since })
  return `${environment(source)}
section log
timeout -k 1 ${readSeconds} ${quoteAll(words)} 2>&1 </dev/null | cut -b 1-${lineBytes} | head -c ${pieceBytes} 2>/dev/null
section_codes "\${PIPESTATUS[@]}"
return 0`
}

export function searchLogScript(source: LogSource, words: string, lines: number): string {
  const all = logWords(source, { lines: searchedLines, since: null })
  return `${environment(source)}
case $(locale -a 2>/dev/null) in *C.[uU][tT][fF]*) export LC_ALL=C.UTF-8 ;; *) export LC_ALL=C ;; esac
section log
nice -n 10 timeout -k 1 ${searchSeconds} ${quoteAll(all)} 2>&1 </dev/null | cut -b 1-${lineBytes} | grep -a -i -F -e ${quote(words)} | tail -n ${Math.trunc(lines)} | head -c ${pieceBytes} 2>/dev/null
section_codes "\${PIPESTATUS[@]}"
section why
[ "$first_code" = 0 ] || { timeout -k 1 ${readSeconds} ${quoteAll(logWords(source, { lines: 1, since: null }))} 2>&1 </dev/null | head -c 2000; }
return 0`
}

/** A login without a session finds its own systemd by this. */
function environment({ kind }: LogSource): string {
  const session = kind === 'unit' ? `[ -n "$XDG_RUNTIME_DIR" ] || export XDG_RUNTIME_DIR=/run/user/$(id -u)\n` : ''
  return `${session}section_codes() { first_code=$1; section codes; printf '%s ' "$@"; }`
}

/**
 * For a channel whose input stays open. What is followed ends when that input ends (the reader left, the connection was lost) or when
 * nothing came through it for a while (the other end is gone without a word): nothing is left behind, however quiet the log is.
 * The last line is one line: what comes after it is read as beats.
 */
export function streamLogScript(source: LogSource, order: LogStreamOrder, token: string): string {
  return `spark_control_log() {
section() { :; }
${environment(source)}
set -m
{ ${quoteAll(logWords(source, order))} 2>&1 </dev/null; printf '\\n%s:end %s\\n' ${token} "$?"; } &
worker=$!
missed=0
while kill -0 "$worker" 2>/dev/null; do
  if IFS= read -r -t ${beatSeconds} beat; then missed=0
  elif [ "$?" -gt 128 ]; then missed=$((missed + 1)); [ "$missed" -lt ${missedBeats} ] || break
  else break
  fi
done
kill -TERM -- "-$worker" 2>/dev/null
for try in 1 2 3 4 5; do kill -0 -- "-$worker" 2>/dev/null || return 0; sleep 0.2; done
kill -KILL -- "-$worker" 2>/dev/null
}
trap : HUP PIPE
printf '\\n%s:begin\\n' ${token}; spark_control_log 2>/dev/null; exit 0
`
}
