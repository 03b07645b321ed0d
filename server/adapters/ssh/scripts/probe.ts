// One poll: everything the app wants to know of a machine now, in one script over one channel.
import type { Machine } from '../../../domain/machine.ts'
import { quote, quoteAll } from '../quote.ts'
import { launcherLines } from './launcher.ts'
import { machineFactLines, programLines } from './machine-facts.ts'
import { loginWords, prelude } from './prelude.ts'

/** Order of the columns asked of nvidia-smi. */
const gpuColumns = 'name,driver_version,utilization.gpu,temperature.gpu,power.draw,clocks.sm'
/** Columns that a driver may know by another name, or not at all; one it does not know costs the whole answer. */
const moreColumns = [',clocks.max.sm,clocks_event_reasons.active', ',clocks.max.sm,clocks_throttle_reasons.active', ''] as const
/** More nvidia-smi than this at once are stuck in a dead driver; one more would only join them. */
const stuckLimit = 4

/** Kernel facts: what both a poll and a look during a swap read. */
export const memoryLines = `
section boot_id
cat "$proc/sys/kernel/random/boot_id" 2>/dev/null
section meminfo
cat "$proc/meminfo" 2>/dev/null
`

/** Starts `docker ps`; `docker_rows` collects it. */
export const dockerLines = `
later docker_fd 5 docker ps -a --no-trunc --format '{{json .}}'
docker_rows() { collect docker_fd; docker_list=$answer; tell docker; }
# NAME: is there a container of exactly that name? Then docker top and logs may be asked.
docker_has() { [[ $docker_list == *'"Names":"'"$1"'"'* ]]; }
`

export const gpuLines = `
gpu_fd=
if [ "$(pgrep -xc nvidia-smi 2>/dev/null || true)" -lt ${stuckLimit} ] 2>/dev/null || ! command -v pgrep >/dev/null; then
  later gpu_fd 5 nvidia-smi --query-gpu=${gpuColumns}${moreColumns[0]} --format=csv,noheader,nounits
fi
gpu_row() {
  answer= answer_code=
  [ -z "$gpu_fd" ] || collect gpu_fd
  for more in ${quoteAll(moreColumns.slice(1))}; do
    [[ \${answer:0:400} == *'not a valid field'* ]] || break
    bounded 5 nvidia-smi --query-gpu=${gpuColumns}"$more" --format=csv,noheader,nounits
  done
  tell gpu
}
`

export const fabricLines = `
later address_fd 3 ip -o -4 addr show
later link_fd 3 ibdev2netdev
fabric_rows() {
  collect address_fd
  tell addresses
  collect link_fd
  tell links
  section rdma
  local port device link
  for port in "$sys"/class/infiniband/*/ports/1; do
    device=\${port%/ports/1}
    for link in "$device"/device/net/*; do
      printf '%s|%s|%s|%s\\n' "\${device##*/}" "$(cat "$port/state" 2>/dev/null)" "$(cat "$port/rate" 2>/dev/null)" "\${link##*/}"
    done
  done
}
`

export const diskLines = `
section cache
printf '%s' "$cache"
nearest=$cache
while [ ! -e "$nearest" ] && [ "\${nearest%/*}" != "$nearest" ]; do nearest=\${nearest%/*}; done
bounded 3 df -kP -- "\${nearest:-/}"
tell disk
`

export function probeScript(machine: Machine, watch: readonly string[]): string {
  return `${prelude}${gpuLines}${programLines}${dockerLines}${fabricLines}${machine.cachePath === null ? loginWords : ''}
section hostname
hostname 2>/dev/null || uname -n
section uptime
cat "$proc/uptime" 2>/dev/null
section pressure
cat "$proc/pressure/memory" 2>/dev/null
${memoryLines}
section fence
head -c 400 "$HOME/.spark-control/fence" 2>/dev/null
${cacheLines(machine)}
${diskLines}
${machineFactLines(machine.modelFolders)}
${launcherLines(machine.launcherPath)}
fabric_rows
docker_rows
index=0
for name in ${quoteAll(watch)}; do
  if docker_has "$name"; then
    bounded 3 docker top "$name"
    tell "top $index"
  fi
  index=$((index + 1))
done
gpu_row
program_rows
return 0`
}

/** Sets `cache` to the hub folder in use. */
export function cacheLines(machine: Machine): string {
  if (machine.cachePath === null) return 'collect_login\ncache=$hub'
  return `cache=${quote(machine.cachePath)}\ncase $cache in '~'/*) cache=$HOME/\${cache#'~'/} ;; esac`
}
