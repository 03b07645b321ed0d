// Scripts of bots: one look, and the job that updates or restarts one. Both run as the bot's own user.
import { type Bot, type BotActKind, botCodes, botMark } from '../../../domain/bot.ts'
import { downloadWrapperFile, downloadWrapperText } from '../job-wrapper.ts'
import { quote } from '../quote.ts'
import { beginLines, idPath, nulList, readBytes, steadfast, wrapperLines } from './job.ts'
import { jobFunctions } from './job-functions.ts'
import { prelude } from './prelude.ts'

/** Jobs of a bot that stay on the machine. */
const keptJobs = 5
/** What was restarted must stay up so long, seconds: a program that dies at once often needs a moment to do so. */
const settleSeconds = 5
/** A remote that says nothing, and a restart that does not come back, are given up after so long, seconds. */
const fetchSeconds = 1800
const restartSeconds = 300

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.@-]*$/
const folderOfJobs = (bot: Bot): string => `bot-${bot.id}`

/** A login without a session finds its own systemd by this. */
const session = `[ -n "\${XDG_RUNTIME_DIR:-}" ] || export XDG_RUNTIME_DIR=/run/user/$(id -u)`

export function botLookScript(bot: Bot): string {
  const jobs = `"$sc_root"/jobs/${idPath({ swap: folderOfJobs(bot), step: 'x' }).slice(0, -2)}`
  return `${jobFunctions}${prelude}
${session}
${bot.runs === 'container' ? containerLines(bot) : unitLines(bot)}
${bot.folder === null ? '' : versionLines(bot.folder)}
newest=$(ls -1t ${jobs} 2>/dev/null | head -n 1)
[ -n "$newest" ] || return 0
job=${jobs}/$newest
section act
printf '%s' "$newest"
sc_job_state "$job"
section job
printf '%s %s\\n' "$sc_job_state" "$sc_job_code"
section job_log
tail -c ${readBytes} "$job/log" 2>/dev/null
return 0`
}

const containerLines = (
  bot: Bot,
): string => `bounded 5 docker inspect --format '{{.State.Status}}|{{.State.ExitCode}}|{{.RestartCount}}' ${quote(checked(bot))}
tell container`

const unitLines = (bot: Bot): string =>
  `bounded 5 systemctl --user show ${quote(checked(bot))} --property=LoadState,ActiveState,SubState,Result
tell unit`

const versionLines = (folder: string): string => `bounded 5 git -C ${quote(folder)} log -1 '--format=%h%n%cs%n%s'
tell version
bounded 5 git -C ${quote(folder)} rev-list --count 'HEAD..@{upstream}'
tell behind`

function checked({ unit }: Bot): string {
  if (!namePattern.test(unit)) throw new RangeError(`${JSON.stringify(unit)} cannot be the name of what runs a bot`)
  return unit
}

/** As a download's job: written into a folder that is renamed, so that it begins once; detached, with a log, a pid and an exit code. */
export function startBotScript(bot: Bot, { id, kind }: { readonly id: string; readonly kind: BotActKind }): string {
  const key = { swap: folderOfJobs(bot), step: id }
  const words = ['bash', '-c', botText, 'bot', kind, bot.folder ?? '', bot.runs, checked(bot), ...bot.restartWords]
  return `${jobFunctions}
${steadfast}
problem=$( {
job="$sc_root"/jobs/${idPath(key)}
[ ! -d "$job" ] || exit 0
${wrapperLines(downloadWrapperFile, downloadWrapperText)}
new="\${job%/*}/.new.\${job##*/}.$$"
mkdir -p "$new" &&
sc_boot >"$new/boot_id" &&
${nulList(words)} >"$new/argv" &&
${nulList([])} >"$new/env" &&
${nulList([])} >"$new/cwd" &&
${beginLines()}
ls -1t "\${job%/*}" | tail -n +${keptJobs + 1} | while IFS= read -r old; do
  sc_job_state "\${job%/*}/$old"
  [ "$sc_job_state" = running ] || rm -rf -- "\${job%/*}/$old"
done
} 2>&1 )
code=$?
section problem
printf '%s' "$problem"
return $code`
}

/**
 * The job itself: KIND FOLDER RUNS NAME [WORD...]. The one who works on a checkout, or on what has none, holds its lock, so that two
 * bots of one user do not stand in each other's way. Nothing is changed before what is
 * new has been fetched whole; it is taken only where it simply follows; a version that does not stay up is taken back.
 */
const botText = `
set -u
kind=$1 folder=$2 runs=$3 name=$4
shift 4
restart_words=("$@")
say() { printf '\\n${botMark}%s\\n' "$*"; }
${session}
export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND="\${GIT_SSH_COMMAND:-ssh -oBatchMode=yes}"
exec 8>>"$HOME/.spark-control/bot-$(printf '%s' "\${folder:-$runs $name}" | cksum | tr -c '0-9\\n' -).lock"
flock -n 8 || exit ${botCodes.busy}
restart() {
  if [ "\${#restart_words[@]}" -gt 0 ]; then timeout ${restartSeconds} "\${restart_words[@]}" 8>&- || return 1
  elif [ "$runs" = container ]; then timeout ${restartSeconds} docker restart -t 20 "$name" || return 1
  else
    # A unit that failed too often is not started before that is forgotten.
    systemctl --user reset-failed "$name" 2>/dev/null
    timeout ${restartSeconds} systemctl --user restart "$name" || return 1
  fi
  local before after
  before=$(starts)
  sleep ${settleSeconds}
  after=$(starts)
  runs_now && [ "$before" = "$after" ]
}
starts() {
  if [ "$runs" = container ]; then docker inspect --format '{{.State.StartedAt}} {{.RestartCount}}' "$name" 2>/dev/null
  else systemctl --user show "$name" --property=InvocationID,MainPID 2>/dev/null; fi
}
runs_now() {
  if [ "$runs" = container ]; then [ "$(docker inspect --format '{{.State.Status}}' "$name" 2>/dev/null)" = running ]
  else systemctl --user is-active --quiet "$name"; fi
}
if [ "$kind" = restart ]; then
  say phase restart
  restart || exit ${botCodes.broken}
  exit 0
fi
say phase check
cd -- "$folder" && before=$(git rev-parse --verify HEAD) || exit ${botCodes.noFolder}
say from "$before"
git rev-parse --verify --quiet '@{upstream}' >/dev/null || exit ${botCodes.noUpstream}
say phase fetch
timeout ${fetchSeconds} git -c fetch.unpackLimit=1 fetch --progress --no-recurse-submodules 2>&1 || exit ${botCodes.fetch}
target=$(git rev-parse --verify '@{upstream}') || exit ${botCodes.noUpstream}
say to "$target"
if [ "$before" = "$target" ]; then say same; exit 0; fi
say phase forward
git merge --ff-only "$target" || exit ${botCodes.diverged}
say phase restart
restart && exit 0
say phase return
git reset --keep "$before" && restart && exit ${botCodes.returned}
exit ${botCodes.broken}
`
