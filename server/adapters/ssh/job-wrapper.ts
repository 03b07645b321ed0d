// The program that runs one job on a machine, apart from any connection: takes the lock, ends an older job that still holds it,
// looks at the fence once more, runs the words it was given and writes their exit code.
import { createHash } from 'node:crypto'
import { fenceExitCode, jobFunctions, lockedExitCode } from './scripts/job-functions.ts'

/** A job of the same or an unknown order is waited for this long, seconds. */
const lockSeconds = 60

/** Says who it is, and notes signals so that an exit code is always written. */
const beginLines = `boot=$(sc_boot)
sc_stat $$ && started=$sc_started
sc_write "$job/boot_id" "$boot" && sc_write "$job/start_time" "$started" && sc_write "$job/pid" "$$" || exit 1

asked=
trap 'asked=143' TERM
trap 'asked=130' INT
trap 'asked=129' HUP
finish() { sc_write "$job/rc" "$1"; flock -u 9; exit 0; }
`

/** Runs the words of the job in the foreground, so that nothing is ignored or detached; a signal to the group reaches it and us. */
const runLines = `mapfile -d '' -t words <"$job/argv"
mapfile -d '' -t variables <"$job/env"
mapfile -d '' -t folder <"$job/cwd"
(
  if [ -n "\${folder[0]}" ]; then cd -- "\${folder[0]}" || exit 126; fi
  for variable in "\${variables[@]}"; do export "$variable"; done
  case ":$PATH:" in *":$HOME/.local/bin:"*) ;; *) export PATH="$PATH:$HOME/.local/bin" ;; esac
  [ -z "$token" ] || export HF_TOKEN="$token"
  exec "\${words[@]}"
)
`

/** A download's program: no fence and no common lock, because it changes nothing that serves. Its lock only tells its own group. */
export const downloadWrapperText = `#!/usr/bin/env bash
# Runs one download of Spark Control: bash THIS JOB_FOLDER, as the leader of its own session.
${jobFunctions}
job=$1 token=
${beginLines}
exec 9>>"$job/lock"
flock -n 9 || exit 1
# Read once and gone: from here on it is only in the environment of the words.
if [ -f "$job/token" ]; then token=$(<"$job/token"); rm -f "$job/token"; fi
[ -z "$asked" ] || finish "$asked"
${runLines}finish $?
`

export const wrapperText = `#!/usr/bin/env bash
# Runs one job of Spark Control: bash THIS JOB_FOLDER, as the leader of its own session.
${jobFunctions}
job=$1 token=
read -r fence _ <"$job/fence"
${beginLines}
# Ends the job that holds the lock when its order is older than ours.
end_older() {
  local their_fence= pid= their_start= their_boot= their_job=
  read -r their_fence pid their_start their_boot their_job 2>/dev/null <"$sc_root/holder"
  [[ $their_fence =~ ^[0-9]+$ ]] && [ "$their_fence" -lt "$fence" ] || return 1
  sc_group_lives "$pid" "$their_start" "$their_boot" || return 1
  printf 'An older order (number %s) still runs here and is ended first.\\n' "$their_fence"
  sc_end_group "$pid" "$their_start" "$their_boot" "$their_job"
}

exec 9>>"$sc_root/lock"
until_second=$((SECONDS + ${lockSeconds}))
until flock -n 9; do
  [ -z "$asked" ] || finish "$asked"
  if end_older; then until_second=$((SECONDS + ${lockSeconds})); continue; fi
  if [ "$SECONDS" -ge "$until_second" ]; then
    printf 'Another job holds %s and did not end within ${lockSeconds} seconds.\\n' "$sc_root/lock"
    sc_write "$job/rc" ${lockedExitCode}
    exit 0
  fi
  sleep 0.1
done
sc_write "$sc_root/holder" "$fence $$ $started $boot $job"

sc_read_fence
if [ "$sc_fence" -gt "$fence" ]; then
  printf 'A later order (number %s) took this machine; nothing was started.\\n' "$sc_fence"
  finish ${fenceExitCode}
fi
[ -z "$asked" ] || finish "$asked"

${runLines}finish $?
`

/** Name of the installed wrapper: changes with its text, so a running job keeps the file it was started from. */
export const wrapperFile = `job-${digestOf(wrapperText)}.sh`
export const downloadWrapperFile = `download-${digestOf(downloadWrapperText)}.sh`

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
