// The set-up check: what a Spark needs before a model can be started on it. Looks only; nothing is changed and sudo is not used.
import type { Machine } from '../../../domain/machine.ts'
import { quote, quoteAll } from '../quote.ts'
import { launcherLines } from './launcher.ts'
import { loginWords, prelude } from './prelude.ts'
import { cacheLines, diskLines, dockerLines, fabricLines, gpuLines } from './probe.ts'

/** Neighbours behind the cable that are tried by SSH, at most. */
const triedPeers = 8

const sshWords = 'ssh -o BatchMode=yes -o ConnectTimeout=4 -o NumberOfPasswordPrompts=0'

/** Talking to every address of a small subnet fills the kernel's table of neighbours; the packet itself goes to the discard port. */
const neighbourLines = `
section neighbours
while read -r _ name _ address _; do
  case " $fabric_names " in *" $name "*) ;; *) continue ;; esac
  prefix=\${address#*/} own=\${address%/*}
  if [ "$prefix" -ge 24 ] 2>/dev/null && [ -e "/sys/class/net/$name" ]; then
    for last in {1..254}; do printf x 2>/dev/null >"/dev/udp/\${own%.*}/$last/9"; done 2>/dev/null
    sleep 1
  fi
  timeout 2 ip -4 neigh show dev "$name" 2>/dev/null </dev/null
done <<<"$address_list"
`

export function surveyScript(machine: Machine, image: string, peers: readonly string[]): string {
  return `${prelude}${loginWords}${gpuLines}${dockerLines}${fabricLines}
later images_fd 5 docker images --no-trunc --format '{{json .}}'
later image_fd 5 docker image inspect --format '{{.Id}}' ${quote(image)}
${machine.cachePath === null ? '' : 'collect_login'}
${cacheLines(machine)}
${diskLines}
section cache_found
[ -d "$cache" ] && [ -r "$cache" ] && find -L "$cache" -mindepth 1 -maxdepth 1 -name 'models--*' -printf x 2>/dev/null
section cache_foreign
[ -d "$cache" ] && find "$cache" -maxdepth 1 \\( -path "$cache" -o -name 'models--*' \\) ! -writable -printf '%u' -quit 2>/dev/null
section cache_there
[ -d "$cache" ] && printf 'yes'
section uvx
PATH="\${login_path:-$PATH}:$HOME/.local/bin" command -v uvx
section lets_go
timeout 3 sudo -n -l /usr/bin/tee /proc/sys/vm/drop_caches >/dev/null 2>&1 && printf 'yes'
section user
id -un
section groups
id -nG
${launcherLines(machine.launcherPath)}
section dotenv
[ -z "$launcher" ] || head -c 65536 "$launcher/.env" 2>/dev/null
docker_rows
collect images_fd
tell images
collect image_fd
tell image
gpu_row
fabric_rows
address_list=$(timeout 3 ip -o -4 addr show 2>/dev/null)
fabric_names=
for name in $(timeout 3 ibdev2netdev 2>/dev/null | awk '/\\(Up\\)/ { print $5 }'); do fabric_names="$fabric_names $name"; done
${neighbourLines}
index=0
for peer in ${quoteAll(peers.slice(0, triedPeers))}; do
  later "peer_\${index}_fd" 8 ${sshWords} -- "$peer" true
  index=$((index + 1))
done
index=0
for peer in ${quoteAll(peers.slice(0, triedPeers))}; do
  collect "peer_\${index}_fd"
  tell "peer $index"
  index=$((index + 1))
done
return 0`
}
