// What a poll reads beside what a switch needs. Everything here is a file of the kernel or one short command; what changes only with a
// restart is read once a boot and kept in ~/.spark-control/cache.
import { quoteAll } from '../quote.ts'

/** More links or GPU programs than this are not told. */
const mostRows = 32

/** Sets VAR to the first line of a file, "-" where it cannot be read. */
const firstLine = `
first_line() { local value=; IFS= read -r value 2>/dev/null <"$2"; printf -v "$1" '%s' "\${value:--}"; }
`

/** Begins the question which programs hold memory of the GPU, beside that of `gpuLines`; `program_rows` tells them and where they run. */
export const programLines = `
program_fd=
[ -z "$gpu_fd" ] || later program_fd 5 nvidia-smi --query-compute-apps=pid,process_name,used_gpu_memory --format=csv,noheader,nounits
program_rows() {
  local list pid group count=0
  answer= answer_code=
  [ -z "$program_fd" ] || collect program_fd
  tell programs
  list=\${answer:0:16384}
  section groups
  while IFS=', ' read -r pid _; do
    [[ $pid =~ ^[0-9]+$ ]] || continue
    group=
    IFS= read -r -d '' group 2>/dev/null <"$proc/$pid/cgroup"
    group=\${group:0:1000}
    printf '%s %s\\n' "$pid" "\${group//$'\\n'/ }"
    [ "$((count += 1))" -lt ${mostRows} ] || break
  done <<<"$list"
}
`

const linkLines = `
section netlinks
count=0
for dir in "$sys"/class/net/*; do
  name=\${dir##*/}
  case $name in lo|veth*|br-*|docker*|virbr*|cni*|flannel*|cali*) continue ;; esac
  first_line state "$dir/operstate"
  first_line speed "$dir/speed"
  first_line mtu "$dir/mtu"
  first_line received "$dir/statistics/rx_errors"
  first_line sent "$dir/statistics/tx_errors"
  air=-
  [ ! -e "$dir/wireless" ] || air=wifi
  printf '%s %s %s %s %s %s %s\\n' "$name" "$state" "$speed" "$mtu" "$received" "$sent" "$air"
  [ "$((count += 1))" -lt ${mostRows} ] || break
done
`

const journalWords = 'power key pressed|critical temperature|temperature reached.*shut|thermal.*(shutting down|poweroff)'

/** Starts and shut-downs as wtmp has them, and what the journal of the boot before says of its end, where this user may read it. */
const bootLines = `
boots=$HOME/.spark-control/cache/boots
first_line boot "$proc/sys/kernel/random/boot_id"
first_line kept_boot "$boots"
section boots
if [ "$boot" != - ] && [ "$kept_boot" = "$boot" ]; then
  { read -r _; head -c 16384; } <"$boots"
else
  later last_fd 4 last -x -n 40 --time-format iso reboot shutdown
  later journal_fd 4 bash -c 'journalctl -q -b -1 -n 400 --no-pager -o cat | grep -m 3 -iE "$1" | cut -c 1-300' _ ${quoteAll([journalWords])}
  collect last_fd
  records=\${answer:0:8192} records_code=$answer_code
  collect journal_fd
  told=$(printf '%s\\njournal\\n%s\\n' "$records" "\${answer:0:1000}")
  if [ "$records_code" = 0 ]; then
    printf '%s\\n' "$told"
    ( umask 077
      mkdir -p "\${boots%/*}" && printf '%s\\n%s\\n' "$boot" "$told" >"$boots.new" && mv -f "$boots.new" "$boots" ) 2>/dev/null
  fi
fi
`

/** `folders`: where models lie beside the cache. Each is one row of df, so many as are on one file system are one. */
export function machineFactLines(folders: readonly string[]): string {
  return `${firstLine}
section kernel
cat "$proc/sys/kernel/osrelease" 2>/dev/null
bounded 3 df -kP -- / "$HOME" /var/lib/docker ${quoteAll(folders)}
tell disks
${linkLines}${bootLines}`
}
