// Scripts that present fences and start, read and end jobs.

import type { JobKey, JobOrder } from '../../../app/ports.ts'
import type { FenceRecord } from '../../../domain/machine.ts'
import { wrapperFile, wrapperText } from '../job-wrapper.ts'
import { quote, quoteAll } from '../quote.ts'
import { jobFunctions } from './job-functions.ts'

/** Job output is read in pieces of this size, bytes. */
export const readBytes = 64 * 1024
/** Folders of old swaps that stay on a machine. */
const keptSwaps = 20

const idPattern = /^[A-Za-z0-9_-]{1,64}$/
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/

// What began goes on when the connection is lost half way: a handler, not "ignore", because ignored signals are inherited.
export const steadfast = 'trap : HUP PIPE'

/** Sets `bin` to a wrapper on the machine; its name tells its text, so that one of another version is never taken for it. */
export function wrapperLines(file: string, text: string): string {
  return `bin="$sc_root/bin/${file}"
mkdir -p "$sc_root/bin" || exit 1
[ -s "$bin" ] || { printf '%s' ${quote(text)} >"$bin.new.$$" && mv -f "$bin.new.$$" "$bin"; } || exit 1`
}

/**
 * The end of a chain that filled "$new": it becomes "$job", which makes it begin once, and "$bin" runs it away from this connection.
 * `without`: descriptors that it must not hold open.
 */
export function beginLines(without = ''): string {
  return `: >"$new/log" &&
moved=$(mv -T "$new" "$job" 2>&1) || {
rm -rf "$new"
[ ! -d "$job" ] || exit 0
printf '%s' "$moved"
exit 1
}
( set -m; setsid bash "$bin" "$job" </dev/null >>"$job/log" 2>&1 ${without} & )`
}

export function takeFenceScript(record: FenceRecord): string {
  return `${jobFunctions}
${steadfast}
section problem
{ sc_lock_fence && sc_take_fence ${fenceWords(record)}; } 2>&1`
}

/**
 * Everything is written into a new folder that is then renamed: the rename is what makes a job start once.
 * Nothing is printed before the wrapper runs, so a lost connection cannot stop it between the two.
 */
export function startJobScript(order: JobOrder): string {
  const job = `"$sc_root"/jobs/${idPath(order)}`
  const variables = Object.entries(order.env).map(([name, value]) => {
    if (!variableName.test(name)) throw new RangeError(`${JSON.stringify(name)} is not a name of a variable`)
    return `${name}=${value}`
  })
  return `${jobFunctions}
${steadfast}
problem=$( {
sc_lock_fence || exit $?
sc_take_fence ${fenceWords(order)} || exit $?
job=${job}
[ ! -d "$job" ] || exit 0
${wrapperLines(wrapperFile, wrapperText)}
new="$sc_root/jobs/${checked(order.swap)}/.new.${checked(order.step)}.$$"
mkdir -p "$new" &&
printf '%s\\n' ${quote(`${order.fence} ${order.appliance} ${order.swap}`)} >"$new/fence" &&
sc_boot >"$new/boot_id" &&
${nulList(order.argv)} >"$new/argv" &&
${nulList(variables)} >"$new/env" &&
${nulList(order.cwd === null ? [] : [order.cwd])} >"$new/cwd" &&
${beginLines('8>&-')}
${pruneFunction}
sc_prune ${quote(order.swap)} >/dev/null 2>&1
} 2>&1 )
code=$?
section problem
printf '%s' "$problem"
return $code`
}

/** JOB's state on one line, then its output from `offset` on. */
export function jobReadingLines(key: JobKey, offset: number): string {
  const from = Math.max(0, Math.trunc(offset)) + 1
  return `job="$sc_root"/jobs/${idPath(key)}
sc_job_state "$job"
section job
printf '%s %s\\n' "$sc_job_state" "$sc_job_code"
section job_log
[ ! -f "$job/log" ] || tail -c +${from} "$job/log" 2>/dev/null | head -c ${readBytes}`
}

export function readJobScript(key: JobKey, offset: number): string {
  return `${jobFunctions}\n${jobReadingLines(key, offset)}`
}

export function endJobScript(key: JobKey): string {
  return `${jobFunctions}
${steadfast}
job="$sc_root"/jobs/${idPath(key)}
[ -d "$job" ] || return 0
pid= started= boot=
read -r boot 2>/dev/null <"$job/boot_id"
for try in 1 2 3 4 5 6 7 8 9 10; do
  # A job that was started this instant writes its pid in a moment.
  read -r pid 2>/dev/null <"$job/pid" && break
  [ ! -s "$job/rc" ] || return 0
  sleep 0.1
done
read -r started 2>/dev/null <"$job/start_time"
sc_end_group "$pid" "$started" "$boot" "$job"
return 0`
}

const pruneFunction = `sc_prune() {
  local name step
  ls -1t "$sc_root/jobs" | tail -n +${keptSwaps + 1} | while IFS= read -r name; do
    [ "$name" != "$1" ] || continue
    for step in "$sc_root/jobs/$name"/*/; do
      sc_job_state "\${step%/}"
      [ "$sc_job_state" != running ] || continue 2
    done
    rm -rf -- "$sc_root/jobs/$name"
  done
}`

export function nulList(words: readonly string[]): string {
  return words.length === 0 ? ':' : `printf '%s\\0' ${quoteAll(words)}`
}

function fenceWords(record: FenceRecord): string {
  if (!Number.isSafeInteger(record.fence) || record.fence < 0) throw new RangeError('a fence is a whole number')
  return `${quote(checked(record.appliance))} ${record.fence} ${quote(checked(record.swap))}`
}

export function idPath(key: JobKey): string {
  return `${checked(key.swap)}/${checked(key.step)}`
}

function checked(id: string): string {
  if (!idPattern.test(id)) throw new RangeError(`${JSON.stringify(id)} cannot be a name on a machine`)
  return id
}
