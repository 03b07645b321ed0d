// Scripts of downloads: what a machine says before one, its job, its bytes, and the way out for a model.
import type { DownloadOrder, HubAsk } from '../../../app/download-ports.ts'
import type { JobKey } from '../../../app/ports.ts'
import type { Machine } from '../../../domain/machine.ts'
import { isRepo, isRevision, repoFolder } from '../../../domain/repo.ts'
import { downloadWrapperFile, downloadWrapperText } from '../job-wrapper.ts'
import { quote } from '../quote.ts'
import { beginLines, idPath, jobReadingLines, nulList, steadfast, wrapperLines } from './job.ts'
import { jobFunctions } from './job-functions.ts'
import { launcherFolderLines } from './launcher.ts'
import { loginWords, prelude } from './prelude.ts'
import { cacheLines, diskLines } from './probe.ts'

/** A description of a repository with ten thousand files is below this, bytes. */
export const hubAnswerBytes = 6 * 1024 * 1024
/** Blobs that grew within this many minutes are being downloaded, whoever does it. */
const growingMinutes = 1
/** Parts older than this are left-overs, minutes. */
const dayMinutes = 24 * 60

const partNames = "\\( -name '*.incomplete' -o -name '*.part' \\)"

/** Sets `busy`: a program holds one of this model's locks, as every tool of the Hub does while it downloads. */
const busyLines = `
busy=
for lock in "$cache/.locks/$name"/*.lock; do
  [ -r "$lock" ] || continue
  flock -n "$lock" true 2>/dev/null || busy='a lock is held'
done
`

/** Before something is removed, growth counts too: not every program locks. */
const growingLines = `
[ -z "$(find -L "$cache/$name/blobs" -maxdepth 1 -type f ${partNames} -mmin -${growingMinutes} -print -quit 2>/dev/null)" ] || busy='bytes arrive'
`

export function hubLookScript(machine: Machine, ask: HubAsk): string {
  return `${jobFunctions}${prelude}${loginWords}
later tools_fd 5 bash -l -c 'printf "spark-control-tools\\n%s\\n%s\\n%s\\n" "$(command -v uvx)" "$(command -v hf)" "\${HF_ENDPOINT:-}\${HF_TOKEN:+ token}"'
${machine.cachePath === null ? '' : 'collect_login'}
${cacheLines(machine)}
${diskLines}
name=${quote(folderOf(ask.repo))}
section user
id -un
section home
printf '%s' "$HOME"
collect tools_fd
case $answer in *spark-control-tools*) answer=\${answer##*spark-control-tools} ;; *) answer= ;; esac
{ read -r _; IFS= read -r uvx; IFS= read -r hf; IFS= read -r endpoint; } <<<"$answer"
section uvx
[ -n "$uvx" ] || { [ ! -x "$HOME/.local/bin/uvx" ] || uvx=$HOME/.local/bin/uvx; }
printf '%s' "$uvx"
section hf
[ -n "$hf" ] || { [ ! -x "$HOME/.local/bin/hf" ] || hf=$HOME/.local/bin/hf; }
printf '%s' "$hf"
section token
case $endpoint in *' token') printf 'yes' ;; esac
endpoint=\${endpoint% token}
if [ -s "\${cache%/hub}/token" ]; then printf 'yes'; fi
${launcherFolderLines(machine.launcherPath)}
section script
[ -z "$launcher" ] || [ ! -f "$launcher/hf-download.sh" ] || printf '%s' "$launcher/hf-download.sh"
section unwritable
for place in "$cache" "$cache/.locks" "$cache/$name" "$cache/$name"/* "\${cache%/hub}/xet" "$nearest"; do
  [ -d "$place" ] && [ ! -w "$place" ] && { printf '%s\\n%s' "$place" "$(stat -c %U "$place")"; break; }
done
section blobs
find -L "$cache/$name/blobs" -maxdepth 1 -type f -printf '%s %f\\n' 2>/dev/null
${busyLines}
section busy
printf '%s' "$busy"
${ask.hub ? askHubLines(ask) : ''}
return 0`
}

/**
 * Two questions to the Hub: what the model is, and whether its files may be fetched. The token goes into a file of this user alone,
 * because the words of a command can be read by everybody on the machine; the file is gone when the script ends.
 */
function askHubLines({ repo, revision, token }: HubAsk): string {
  if (revision !== null && !isRevision(revision)) throw new RangeError(`${JSON.stringify(revision)} cannot be a version`)
  const version = revision ?? 'main'
  const header = token === null ? '' : `-H @"$secret"`
  return `
[ -n "$endpoint" ] || endpoint=https://huggingface.co
section endpoint
printf '%s' "$endpoint"
mkdir -p "$sc_root"
secret=
${token === null ? '' : `secret=$(mktemp "$sc_root/ask.XXXXXX") && printf 'Authorization: Bearer %s\\n' ${quote(token)} >"$secret"`}
trap '[ -z "$secret" ] || rm -f "$secret"' EXIT HUP PIPE
login_curl='printf "\\n"; exec curl "$@"'
later about_fd 15 bash -l -c "$login_curl" curl -sS --max-time 12 ${header} -w '\\nspark-control-status %{http_code}' "$endpoint/api/models/"${quote(repo)}/revision/${quote(encodeURIComponent(version))}'?blobs=true'
later file_fd 15 bash -l -c "$login_curl" curl -sS --max-time 12 ${header} -I -o /dev/null -w '\\nspark-control-status %{http_code}' "$endpoint/"${quote(repo)}/resolve/${quote(encodeURIComponent(version))}/config.json
collect about_fd
section about
printf '%s' "$answer"
collect file_fd
section file
printf '%s' "$answer"
[ -z "$secret" ] || rm -f "$secret"
secret=`
}

/** Everything is written into a new folder that is then renamed, as for a swap's job: the rename is what makes it start once. */
export function startDownloadScript(machine: Machine, order: DownloadOrder): string {
  const job = `"$sc_root"/jobs/${idPath(order.key)}`
  return `${jobFunctions}${prelude}${loginWords}
${steadfast}
collect_login
${machine.cachePath === null ? 'cache=$hub' : cacheLines(machine)}
case $cache in */hub) place="HF_HOME=\${cache%/hub}" ;; *) place="HF_HUB_CACHE=$cache" ;; esac
problem=$( {
job=${job}
[ ! -d "$job" ] || exit 0
${wrapperLines(downloadWrapperFile, downloadWrapperText)}
new="\${job%/*}/.new.\${job##*/}.$$"
mkdir -p "$new" &&
sc_boot >"$new/boot_id" &&
${nulList(order.argv)} >"$new/argv" &&
printf '%s\\0' "PATH=\${login_path:+$login_path:}$PATH:$HOME/.local/bin" "$place" >"$new/env" &&
${nulList(order.cwd === null ? [] : [order.cwd])} >"$new/cwd" &&
${order.token === null ? ':' : `printf '%s' ${quote(order.token)} >"$new/token"`} &&
${beginLines()}
} 2>&1 )
code=$?
section problem
printf '%s' "$problem"
return $code`
}

interface Look {
  readonly job: { readonly key: JobKey; readonly offset: number } | null
  readonly folder: string
}

export function readDownloadScript({ job, folder }: Look): string {
  return `${jobFunctions}
${job === null ? '' : jobReadingLines(job.key, job.offset)}
${job === null ? '' : '[ "$sc_job_state" = running ] || rm -f "$job/token"'}
section bytes
find -L ${quote(folder)}/blobs -maxdepth 1 -type f -printf '%s\\n' 2>/dev/null | awk '{ sum += $1 } END { printf "%.0f", sum }'`
}

/**
 * Removes one model's folder and its locks. The name comes from a checked repo id, and the machine looks once more: the folder must
 * stand in the hub itself, as a folder and not as a link. rm follows no link inside it and enters no other disk.
 */
export function removeModelScript(machine: Machine, repo: string, partsOnly: boolean): string {
  return `${prelude}${machine.cachePath === null ? loginWords : ''}
${steadfast}
${cacheLines(machine)}
name=${quote(folderOf(repo))}
said() { section outcome; printf '%s' "$1"; section bytes; printf '%s' "\${2:-0}"; section words; printf '%s' "$3"; }
section user
id -un
section cache
printf '%s' "$cache"
real=$(realpath -e -- "$cache" 2>/dev/null)
[ -n "$real" ] && [ -d "$real" ] || { said absent; return 0; }
target=$real/$name
if [ ! -e "$target" ] && [ ! -L "$target" ]; then said absent; return 0; fi
if [ -L "$target" ] || [ ! -d "$target" ] || [ "$(realpath -e -- "$target")" != "$target" ]; then said outside 0 "$target"; return 0; fi
cache=$real
${busyLines}${growingLines}
[ -z "$busy" ] || { said busy 0 "$busy"; return 0; }
size() { find "$target" -type f -printf '%D:%i %s\\n' 2>/dev/null | awk '!seen[$1]++ { sum += $2 } END { printf "%.0f", sum }'; }
before=$(size)
${partsOnly ? removeParts : removeAll}
after=$(size)
[ -z "$problem" ] || { said denied "$((before - after))" "$problem"; return 0; }
said removed "$((before - after))"
return 0`
}

const removeParts = `problem=$(find "$target/blobs" -maxdepth 1 -type f ${partNames} -mmin +${dayMinutes} -delete 2>&1 | tail -n 1)
[ -L "$cache/.locks" ] || rm -rf --one-file-system -- "$cache/.locks/$name" 2>/dev/null`

/** What names the files goes first: a removal that is cut off leaves no folder that looks whole. */
const removeAll = `problem=$( { rm -rf --one-file-system -- "$target/refs" "$target/snapshots" && rm -rf --one-file-system -- "$target"; } 2>&1 | tail -n 1)
[ -L "$cache/.locks" ] || rm -rf --one-file-system -- "$cache/.locks/$name" 2>/dev/null
[ -e "$target" ] && [ -z "$problem" ] && problem='it is still there'`

/** Refuses what could not be a repository: nothing else ever becomes a path here. */
function folderOf(repo: string): string {
  if (!isRepo(repo)) throw new RangeError(`${JSON.stringify(repo)} cannot be a model of the Hub`)
  return repoFolder(repo)
}
