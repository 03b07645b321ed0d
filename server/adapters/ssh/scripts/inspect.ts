// The slower look: images, the launcher's origin, the sudo rule, the others behind the cable. Nothing on the machine is changed by it.
import type { InspectionOrder } from '../../../app/machine-ports.ts'
import type { Machine } from '../../../domain/machine.ts'
import { quoteAll } from '../quote.ts'
import { launcherFolderLines } from './launcher.ts'
import { prelude } from './prelude.ts'

/** Machines behind the cable that are tried, at most. */
const triedPeers = 8
/** A ref of our own: what a fetch brings for an update that nobody has asked for yet. */
const updateRef = 'refs/spark-control/update'
/** Commits and files that are told of an update. */
const toldCommits = 50

/** git that never asks for a password, runs no hook and no file watcher of a repository, and writes nothing it was not asked to. */
const gitLines = `
export GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_ASKPASS=true LC_ALL=C
export GIT_SSH_COMMAND='ssh -o BatchMode=yes -o ConnectTimeout=5'
git_is() { timeout -k 1 "$1" git -c core.fsmonitor=false -c core.hooksPath=/dev/null -C "$launcher" "\${@:2}" 2>/dev/null </dev/null; }
`

/** Sets branch, remote and merge: where an update would come from. */
const originLines = `
branch=$(git_is 3 symbolic-ref -q --short HEAD)
remote=$(git_is 3 config --get "branch.$branch.remote")
merge=$(git_is 3 config --get "branch.$branch.merge")
case $remote in ''|.|-*) remote=origin ;; esac
case $merge in refs/heads/*) ;; *) merge=refs/heads/\${branch:-main} ;; esac
`

const checkoutLines = `
if [ -n "$launcher" ] && [ -e "$launcher/.git" ]; then
  ${originLines}
  later origin_fd 12 git -c core.fsmonitor=false -C "$launcher" ls-remote --exit-code -- "$remote" "$merge"
  head=$(git_is 3 rev-parse HEAD)
  section branch
  printf '%s' "$branch"
  section head
  printf '%s' "$head"
  section changes
  if changes=$(git_is 8 status --porcelain --untracked-files=no); then printf 'told\\n%s' "\${changes:0:16384}"; fi
  collect origin_fd
  origin=
  if [ "$answer_code" = 0 ] && [[ $answer =~ ([0-9a-f]{40}) ]]; then origin=\${BASH_REMATCH[1]}; fi
  section origin
  printf '%s' "$origin"
  section standing
  if [ -n "$origin" ] && git_is 3 cat-file -e "$origin^{commit}"; then
    printf 'known '
    git_is 5 merge-base --is-ancestor HEAD "$origin" && printf 'head_older '
    git_is 5 merge-base --is-ancestor "$origin" HEAD && printf 'origin_older '
  fi
fi
`

export function inspectScript(machine: Machine, order: InspectionOrder): string {
  return `${prelude}${gitLines}
later images_fd 8 docker images --no-trunc --format '{{json .}}'
later storage_fd 8 docker info --format '{{.Driver}}'
peers=(${quoteAll(order.peers.slice(0, triedPeers))})
for index in "\${!peers[@]}"; do later "peer_\${index}_fd" 4 ping -n -c 1 -W 2 "\${peers[$index]}"; done
${launcherFolderLines(machine.launcherPath)}
${checkoutLines}
section may_drop
${order.askSudo ? 'if timeout 3 sudo -n -l /usr/bin/tee /proc/sys/vm/drop_caches >/dev/null 2>&1; then printf yes; else printf no; fi' : ''}
collect images_fd
tell images
collect storage_fd
tell storage
for index in "\${!peers[@]}"; do
  collect "peer_\${index}_fd"
  section "peer_$index"
  printf '%s' "$answer_code"
done
return 0`
}

/** Fetches what the origin has into a ref of our own, and tells what taking it over would bring. The checkout stays as it is. */
export function launcherChangesScript(machine: Machine): string {
  return `${prelude}${gitLines}${launcherFolderLines(machine.launcherPath)}
section launcher
printf '%s' "$launcher"
[ -n "$launcher" ] && [ -e "$launcher/.git" ] || return 0
${originLines}
git_is 60 fetch --quiet --no-tags --no-write-fetch-head --no-recurse-submodules -- "$remote" "+$merge:${updateRef}" && fetched=yes || fetched=
section head
git_is 3 rev-parse HEAD
section changes
git_is 8 status --porcelain --untracked-files=no | head -c 16384
[ -n "$fetched" ] || return 0
section target
git_is 3 rev-parse ${updateRef}
section forward
git_is 5 merge-base --is-ancestor HEAD ${updateRef} && printf yes
section commits
git_is 8 log --format='%H%x09%cs%x09%s' -n ${toldCommits} HEAD..${updateRef} | head -c 32768
return 0`
}
