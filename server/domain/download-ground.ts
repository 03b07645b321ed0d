// Whether a download can begin, judged from what each machine says of itself and the first says of the Hub. Pure.
import { type HubAnswer, totalOf } from './hub-answer.ts'
import { hubFolder } from './repo.ts'
import { bytesInWords } from './words.ts'

/** What one look at a machine before a download said. */
export interface HubLook {
  readonly cachePath: string
  readonly user: string
  readonly home: string
  /** The nearest folder that exists and cannot be written, and whose it is; null: all can be. */
  readonly unwritable: { readonly path: string; readonly owner: string } | null
  readonly freeBytes: number | null
  /** Paths on a login shell's PATH; null: not there. */
  readonly uvx: string | null
  readonly hf: string | null
  /** The launcher's hf-download.sh. */
  readonly script: string | null
  /** The machine has a token of its own for the Hub. */
  readonly hasToken: boolean
  /** Blobs of this model that are there, finished or not. */
  readonly blobs: readonly { readonly name: string; readonly sizeBytes: number }[]
  /** Another program is downloading this model there now. */
  readonly busy: boolean
  /** Null: this machine was not asked to ask. */
  readonly hub: HubSaid | null
}

/** What the Hub answered that machine. `status` 0: it could not be reached. */
export interface HubSaid {
  readonly endpoint: string
  readonly status: number
  readonly answer: HubAnswer | null
  /** Status of asking for a first file, as the download will: 401 and 403 are refusals. */
  readonly fileStatus: number
}

export interface Looked {
  readonly machine: string
  readonly name: string
  readonly user: string
  /** Address the first machine reaches it by. */
  readonly address: string
  readonly look: HubLook
  /** The newest version is there and whole already. */
  readonly commitHere: string | null
}

export interface Check {
  readonly id: string
  readonly machine: string | null
  readonly state: 'good' | 'warning' | 'bad'
  readonly sentence: string
  readonly mend: string | null
}

export interface DownloadGround {
  readonly verdict: 'ready' | 'blocked' | 'here'
  readonly checks: readonly Check[]
  readonly commit: string | null
  readonly files: HubAnswer['files'] | null
  readonly totalBytes: number | null
  readonly otherBytes: number
  readonly machines: readonly {
    readonly machine: string
    readonly hereBytes: number
    readonly needBytes: number | null
    readonly freeBytes: number | null
  }[]
  /** A token is needed and none was given, or the one given does not do. */
  readonly wantsToken: boolean
  readonly argv: readonly string[]
}

/** Left free on every disk, bytes: a full disk also stops what runs. */
export const spareBytes = 5_000_000_000
const installUv = 'curl -LsSf https://astral.sh/uv/install.sh | sh'

interface Asked {
  readonly repo: string
  readonly revision: string | null
  readonly withToken: boolean
  /** Head first. */
  readonly machines: readonly Looked[]
}

export function judgeGround(asked: Asked): DownloadGround {
  const [head, ...others] = asked.machines
  if (head === undefined) throw new RangeError('a download needs a machine')
  const answer = head.look.hub?.answer ?? null
  const files = answer?.files ?? null
  const wanted = files === null ? null : new Set(files.map((file) => file.blob))
  const totalBytes = files === null ? null : totalOf(files)
  const machines = asked.machines.map(({ machine, look }) => {
    const here = look.blobs.filter((blob) => wanted === null || wanted.has(blobName(blob.name)))
    const hereBytes = here.reduce((sum, blob) => sum + blob.sizeBytes, 0)
    return { machine, hereBytes, needBytes: totalBytes === null ? null : Math.max(0, totalBytes - hereBytes), freeBytes: look.freeBytes }
  })
  const isHere = answer !== null && asked.machines.every((one) => one.commitHere === answer.commit)
  const hub = hubChecks(asked, head)
  const checks = [
    ...hub.checks,
    ...toolChecks(asked, head),
    ...asked.machines.flatMap((one, at) => machineChecks(asked, one, machines[at] ?? null)),
  ]
  const blocked = checks.some((check) => check.state === 'bad')
  const headBlobs = head.look.blobs.reduce((sum, blob) => sum + blob.sizeBytes, 0)
  return {
    verdict: blocked ? 'blocked' : isHere ? 'here' : 'ready',
    checks,
    commit: answer?.commit ?? null,
    files,
    totalBytes,
    otherBytes: wanted === null ? 0 : headBlobs - (machines[0]?.hereBytes ?? 0),
    machines,
    wantsToken: hub.wantsToken,
    argv: wordsOf(asked, head, others),
  }
}

const blobName = (name: string): string => name.replace(/\.incomplete$/, '').replace(/\.[^.]*\.part$/, '')

function hubChecks({ repo, revision, withToken }: Asked, head: Looked): { checks: Check[]; wantsToken: boolean } {
  const check = (state: Check['state'], sentence: string, mend: string | null = null): Check[] => [
    { id: 'hub', machine: null, state, sentence, mend },
  ]
  const said = head.look.hub
  const known = withToken || head.look.hasToken
  const version = revision === null ? '' : ` in the version ${revision}`
  if (said === null || said.status === 0) {
    return {
      checks: check(
        'warning',
        `${head.name} could not ask the Hub about it, so its size is not known beforehand. The download may still work.`,
      ),
      wantsToken: false,
    }
  }
  if (said.status === 401 || said.status === 403 || said.status === 404) {
    const what = known
      ? `The Hub does not show ${repo}${version} to this token: it is not there, or it is private.`
      : `The Hub shows no ${repo}${version} without a token: it is not there, or it is private.`
    return { checks: check('bad', what, null), wantsToken: true }
  }
  if (said.answer === null)
    return {
      checks: check('warning', `The Hub answered ${head.name} with ${said.status}, so the size is not known beforehand.`),
      wantsToken: false,
    }
  if (said.fileStatus === 401 || said.fileStatus === 403) {
    const what = known
      ? `The Hub refuses the files of ${repo} to this token. Its owner lets people in one by one: agree to the terms on its page with the same account.`
      : `${repo} is only for people its owner let in. Agree to the terms on its page, then give a token of that account here.`
    return { checks: check('bad', what, null), wantsToken: true }
  }
  const size = `${said.answer.files.length} files, ${bytesInWords(totalOf(said.answer.files))}.`
  return {
    checks: check('good', `The Hub has it: ${size}${said.answer.gated ? ' Its owner lets people in one by one, and has let you in.' : ''}`),
    wantsToken: false,
  }
}

function toolChecks({ revision }: Asked, { name, machine, look }: Looked): Check[] {
  const check = (state: Check['state'], sentence: string, mend: string | null = null): Check[] => [
    { id: 'tool', machine, state, sentence, mend },
  ]
  if (look.uvx === null && look.hf === null)
    return check('bad', `Neither uvx nor hf is on the path of a login shell on ${name}. The download needs one of them.`, installUv)
  if (revision !== null)
    return check('good', `${look.uvx === null ? 'hf' : 'uvx'} on ${name} fetches this version. It becomes the one that starts.`)
  if (usesScript(revision, look)) return check('good', `The launcher's hf-download.sh on ${name} fetches it.`)
  if (look.script === null) return check('warning', `There is no hf-download.sh on ${name}, so it is fetched without the launcher.`)
  return check('good', `${look.uvx === null ? 'hf' : 'uvx'} on ${name} fetches it.`)
}

function machineChecks({ repo }: Asked, { name, machine, look }: Looked, needs: DownloadGround['machines'][number] | null): Check[] {
  const checks: Check[] = []
  const add = (id: string, state: Check['state'], sentence: string, mend: string | null = null): void => {
    checks.push({ id, machine, state, sentence, mend })
  }
  if (look.unwritable !== null) {
    const { path, owner } = look.unwritable
    add('cache', 'bad', `${path} on ${name} belongs to ${owner}, and ${look.user} may not write there.`, ownCommand(look))
  }
  if (look.busy) add('busy', 'bad', `Another program on ${name} is downloading ${repo} right now. Let it finish first.`)
  const [need, free] = [needs?.needBytes ?? null, look.freeBytes]
  if (free === null) add('space', 'warning', `How much room the disk of ${name} has is not known.`)
  else if (need === null) add('space', 'warning', `${name} has ${bytesInWords(free)} free. Whether that is enough is not known.`)
  else if (need === 0) add('space', 'good', `${name} has all of its bytes already.`)
  else if (need + spareBytes > free)
    add('space', 'bad', `${name} needs ${bytesInWords(need)} and ${bytesInWords(spareBytes)} to spare, and has ${bytesInWords(free)} free.`)
  else add('space', 'good', `${name} has room: ${bytesInWords(need)} to come, ${bytesInWords(free)} free.`)
  return checks
}

/** The whole cache comes from one container started as root: the folder above the hub is given back. */
export function ownCommand(look: Pick<HubLook, 'cachePath' | 'user'>): string {
  return `sudo chown -R ${look.user}: ${shellPath(look.cachePath.replace(/\/hub\/?$/, ''))}`
}

const shellPath = (path: string): string => (/^[A-Za-z0-9_./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)

/** hf-download.sh takes the newest version only, needs uvx, and looks for the result in a folder named hub. */
function usesScript(revision: string | null, look: HubLook): boolean {
  return look.script !== null && look.uvx !== null && revision === null && /\/hub\/?$/.test(look.cachePath)
}

/** Its copies go to the folder of the same name, under one user. */
function scriptReaches(head: Looked, others: readonly Looked[]): boolean {
  const users = new Set(others.map((one) => one.user))
  return users.size <= 1 && others.every(({ look }) => placeOf(look) === placeOf(head.look))
}

const placeOf = ({ cachePath, home }: HubLook): string =>
  home !== '' && cachePath.startsWith(`${home}/`) ? `~${cachePath.slice(home.length)}` : cachePath

/** The words that fetch and copy, one an element. The model stands before -c, which takes every word after it for a host. */
function wordsOf({ repo, revision }: Asked, head: Looked, others: readonly Looked[]): string[] {
  const { look } = head
  if (usesScript(revision, look) && scriptReaches(head, others)) {
    const user = others[0] === undefined || others[0].user === head.user ? [] : ['-u', others[0].user]
    const hosts = others.map((one) => one.address)
    return [look.script ?? '', repo, ...(hosts.length === 0 ? [] : ['-c', ...hosts, '--copy-parallel']), ...user]
  }
  const fetch = [...(look.uvx === null ? ['hf'] : ['uvx', 'hf']), 'download', repo, ...(revision === null ? [] : ['--revision', revision])]
  if (others.length === 0 && revision === null) return fetch
  const folder = hubFolder(look.cachePath, repo)
  const targets = others.map((one) => `${one.user}@${one.address}:${one.look.cachePath.replace(/\/+$/, '')}/`)
  return ['bash', '-c', copyProgram, 'spark-control-download', folder, String(fetch.length), ...fetch, ...targets]
}

/** Says what hf-download.sh says, so that one reader understands both. The version that was fetched becomes the one that loading by name uses. */
const copyProgram = `folder=$1 count=$2; shift 2
path=$("\${@:1:count}") || exit 1
printf '%s\\n' "$path"
commit=
case $path in */snapshots/*) commit=\${path##*/snapshots/} commit=\${commit%%[!0-9a-f]*} ;; esac
[ -z "$commit" ] || { mkdir -p "$folder/refs" && printf '%s' "$commit" >"$folder/refs/main"; } || exit 1
shift "$count"
[ $# -gt 0 ] || exit 0
printf 'Copying model to %s host(s): %s\\n' "$#" "$*"
code=0
for target; do
  rsync -a --mkpath -e 'ssh -o BatchMode=yes' "$folder" "$target" || { host=\${target#*@}; printf 'Copy to %s failed.\\n' "\${host%%:*}"; code=1; }
done
exit $code`
