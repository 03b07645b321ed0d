// Reading every model folder of a machine with a handful of processes, however many folders there are.
import { textNames } from '../../../domain/folder-texts.ts'
import type { Machine } from '../../../domain/machine.ts'
import { quote } from '../quote.ts'
import { loginWords, prelude } from './prelude.ts'
import { cacheLines } from './probe.ts'

/** Longer texts stay where they are, KiB. */
const sentTextKiB = 4096

/** Fields of one listed entry, before its path and a NUL. Links are followed; a link without a target is of type l. */
const entryFormat = '%y %s %T@ %A@ %D:%i %P\\0'

const functions = `
export LC_ALL=C
# A counted repeat ({1,200}) in that grep would take fifty times as long.
# FIND_TESTS...: a section with the texts as one tar, then one with the file names the indexes hold.
texts() {
  local name=$1
  shift
  section "$name texts"
  find -L . "$@" -type f -size -${sentTextKiB + 1}k \\( ${textNames.map((name) => `-name ${name}`).join(' -o ')} -o -path './*/refs/main' \\) \\
    -printf './%P\\0' 2>/dev/null |
    tar -c -f - --format=gnu -h --hard-dereference --null --verbatim-files-from -T - --ignore-failed-read 2>/dev/null
  section "$name index"
  find -L . "$@" -type f \\( -name 'model*.index.json' -o -name 'pytorch_model*.index.json' -o -name 'consolidated*.index.json' \\) -print0 2>/dev/null |
    xargs -0 -r grep -oH -e '"[^"\\\\]*\\.safetensors"' -e '"[^"\\\\]*\\.bin"' 2>/dev/null | awk '!seen[$0]++'
}
`

export function scanScript(machine: Machine): string {
  const login = machine.cachePath === null
  return `${prelude}${login ? loginWords : ''}
${cacheLines(machine)}
${functions}
section cache
printf '%s' "$cache"
if cd -- "$cache" 2>/dev/null; then
  section 'hub list'
  find -L . -mindepth 1 -maxdepth 9 \\( -name .no_exist -o ! -path './models--*' ! -path './datasets--*' \\) -prune -o -printf '${entryFormat}' 2>/dev/null
  texts hub -mindepth 3 -maxdepth 4 -path './models--*'
fi
${machine.modelFolders.map(localLines).join('\n')}
return 0`
}

function localLines(folder: string, index: number): string {
  return `
folder=${quote(folder)}
case $folder in '~'/*) folder=$HOME/\${folder#'~'/} ;; esac
if cd -- "$folder" 2>/dev/null; then
  section 'folder ${index}'
  printf '%s' "$folder"
  section 'local ${index} list'
  find -L . -mindepth 1 -maxdepth 7 \\( -name .git -o -path './.*' ! -path './*/*' -o -path './models--*' -o -path './datasets--*' \\) -prune -o -printf '${entryFormat}' 2>/dev/null
  texts 'local ${index}' -mindepth 2 -maxdepth 2 ! -path './.*' ! -path './models--*'
fi`
}
