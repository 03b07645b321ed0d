// One version of a model on every Spark that holds it: which one, from where, and what has to be copied. Pure.
import type { Check, HubLook } from './download-ground.ts'
import { ownCommand, spareBytes } from './download-ground.ts'
import { bytesInWords } from './words.ts'

export interface HeldCopy {
  readonly machine: string
  readonly name: string
  readonly whole: boolean
  readonly revision: string | null
  readonly lastUsedAt: number | null
}

export interface Chosen {
  readonly machine: string
  readonly revision: string
  /** Why this version, in a sentence. */
  readonly why: string
}

/** The newest of the Hub where a Spark has it whole; else what most have, what was used last, what stands first. Null: nobody has it whole. */
export function chooseVersion(copies: readonly HeldCopy[], newest: string | null): Chosen | null {
  const whole = copies.filter((copy): copy is HeldCopy & { readonly revision: string } => copy.whole && copy.revision !== null)
  const [first] = whole
  if (first === undefined) return null
  const chosen = (copy: HeldCopy & { readonly revision: string }, why: string): Chosen => ({
    machine: copy.machine,
    revision: copy.revision,
    why,
  })
  const current = whole.find((copy) => copy.revision === newest)
  if (current !== undefined) return chosen(current, `${current.name} has the version that is the newest on the Hub.`)
  const asked =
    newest === null
      ? 'The Hub could not be asked which one is the newest.'
      : `No Spark has the newest version of the Hub, ${newest.slice(0, 8)}.`
  const count = (copy: HeldCopy): number => whole.filter((one) => one.revision === copy.revision).length
  const most = whole.reduce((best, copy) => (count(copy) > count(best) ? copy : best), first)
  if (whole.some((copy) => count(copy) < count(most))) return chosen(most, `${asked} ${count(most)} Sparks have this one.`)
  const last = whole.reduce((best, copy) => ((copy.lastUsedAt ?? 0) > (best.lastUsedAt ?? 0) ? copy : best), first)
  if (whole.some((copy) => copy.revision !== last.revision && (copy.lastUsedAt ?? 0) < (last.lastUsedAt ?? 0)))
    return chosen(last, `${asked} The one on ${last.name} was used last.`)
  return chosen(first, `${asked} ${first.name} stands first in your list.`)
}

export interface CopyEnd {
  readonly machine: string
  readonly name: string
  readonly user: string
  readonly address: string
  readonly look: HubLook
}

export interface CopyNeed {
  readonly machine: string
  readonly hereBytes: number
  readonly needBytes: number
  readonly freeBytes: number | null
  /** Bytes of all blobs before the copy, whatever version they belong to. */
  readonly beforeBytes: number
}

/** `totalBytes`: of the version. A blob of the same name and size on the other side need not travel. */
export function copyNeeds(source: CopyEnd, totalBytes: number, targets: readonly CopyEnd[]): readonly CopyNeed[] {
  const there = new Set(source.look.blobs.map((blob) => `${blob.name} ${blob.sizeBytes}`))
  return targets.map(({ machine, look }) => {
    const same = look.blobs.filter((blob) => there.has(`${blob.name} ${blob.sizeBytes}`)).reduce((sum, blob) => sum + blob.sizeBytes, 0)
    const hereBytes = Math.min(same, totalBytes)
    const beforeBytes = look.blobs.reduce((sum, blob) => sum + blob.sizeBytes, 0)
    return { machine, hereBytes, needBytes: totalBytes - hereBytes, freeBytes: look.freeBytes, beforeBytes }
  })
}

export function copyChecks(
  repo: string,
  source: CopyEnd,
  chosen: Chosen,
  targets: readonly CopyEnd[],
  needs: readonly CopyNeed[],
): Check[] {
  const checks: Check[] = [{ id: 'version', machine: source.machine, state: 'good', sentence: chosen.why, mend: null }]
  for (const end of [source, ...targets]) {
    const add = (id: string, state: Check['state'], sentence: string, mend: string | null = null): void => {
      checks.push({ id, machine: end.machine, state, sentence, mend })
    }
    const { name, look } = end
    if (look.busy) add('busy', 'bad', `Another program on ${name} is downloading ${repo} right now. Let it finish first.`)
    if (look.unwritable !== null && end !== source)
      add(
        'cache',
        'bad',
        `${look.unwritable.path} on ${name} belongs to ${look.unwritable.owner}, and ${look.user} may not write there.`,
        ownCommand(look),
      )
    const need = needs.find((one) => one.machine === end.machine)
    if (need === undefined) continue
    const [bytes, free] = [need.needBytes, need.freeBytes]
    if (free === null) add('space', 'warning', `How much room the disk of ${name} has is not known.`)
    else if (bytes + spareBytes > free)
      add(
        'space',
        'bad',
        `${name} needs ${bytesInWords(bytes)} and ${bytesInWords(spareBytes)} to spare, and has ${bytesInWords(free)} free.`,
      )
    else
      add(
        'space',
        'good',
        `${name} has room: ${bytesInWords(bytes)} to come, ${bytesInWords(free)} free. What it holds now stays on its disk.`,
      )
  }
  return checks
}

/** The words that copy one version from the folder it is whole in, one an element. */
export function copyWords(
  folder: string,
  revision: string,
  targets: readonly { readonly user: string; readonly address: string; readonly folder: string }[],
): string[] {
  const ends = targets.map((one) => `${one.user}@${one.address}:${one.folder.replace(/\/+$/, '')}/`)
  return ['bash', '-c', copyProgram, 'spark-control-copy', folder, revision, ...ends]
}

/**
 * First the files of that version, then the word which version loads by name: a copy that breaks off leaves the other side as it was.
 * It says what hf-download.sh says, so that one reader understands both.
 */
const copyProgram = `folder=$1 commit=$2; shift 2
cd "$folder" && [ -d "snapshots/$commit" ] || { printf 'The version %s is not in %s.\\n' "$commit" "$folder"; exit 1; }
command -v rsync >/dev/null || { printf 'rsync error: rsync is not installed here.\\n'; exit 1; }
mkdir -p refs && printf '%s' "$commit" >refs/main || exit 1
list=$(mktemp) && trap 'rm -f "$list"' EXIT || exit 1
find "snapshots/$commit" \\( -type f -o -type l \\) -print0 >"$list"
find "snapshots/$commit" -type l -printf '%l\\0' | while IFS= read -r -d '' target; do printf 'blobs/%s\\0' "\${target##*/}"; done >>"$list"
printf 'Copying model to %s host(s): %s\\n' "$#" "$*"
code=0
for target; do
  rsync -a --from0 --files-from="$list" --mkpath -e 'ssh -o BatchMode=yes' ./ "$target" &&
    rsync -a --mkpath -e 'ssh -o BatchMode=yes' refs/main "\${target}refs/" ||
    { host=\${target#*@}; printf 'Copy to %s failed.\\n' "\${host%%:*}"; code=1; }
done
exit $code`
