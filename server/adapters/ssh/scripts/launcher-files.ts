// Reading the recipes that lie in the launcher's checkout: their text as it is, within limits.
import type { LauncherFile } from '../../../app/ports.ts'
import type { Machine } from '../../../domain/machine.ts'
import type { Answer } from '../exec.ts'
import { launcherFolderLines } from './launcher.ts'
import { prelude } from './prelude.ts'

/** More files than this are not a folder of recipes. */
const mostFiles = 200
/** A recipe is a page of text; bytes. */
const largestBytes = 64 * 1024
/** What all of them may weigh together, with room for the marks between them, bytes. */
export const launcherFilesMaxBytes = mostFiles * (largestBytes + 1024)

const sectionStart = 'recipe '

export function launcherFilesScript(machine: Machine): string {
  return `${prelude}${launcherFolderLines(machine.launcherPath)}
[ -n "$launcher" ] || return 0
left=${mostFiles}
for file in "$launcher"/recipes/*.yaml; do
  name=\${file##*/}
  case $name in *[!A-Za-z0-9._-]*) continue ;; esac
  [ -f "$file" ] && [ -r "$file" ] || continue
  [ "$left" -gt 0 ] || break
  left=$((left - 1))
  section "${sectionStart}$name"
  head -c ${largestBytes + 1} -- "$file"
done
return 0`
}

/** In the order of their names; one that is too large is left out. */
export function readLauncherFiles(answer: Answer): LauncherFile[] {
  return answer.names.flatMap((section) => {
    if (!section.startsWith(sectionStart) || answer.bytes(section).length > largestBytes) return []
    return [{ name: section.slice(sectionStart.length), text: answer.text(section) }]
  })
}
