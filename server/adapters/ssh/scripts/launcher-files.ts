// Reading what lies in the launcher's checkout: its recipes, and the mods they name. Text as it is, within limits.
import type { Machine } from '../../../domain/machine.ts'
import { launcherFolderLines } from './launcher.ts'
import { prelude } from './prelude.ts'

/** More files than this are not a folder of recipes. */
const mostRecipes = 200
/** A recipe is a page of text; bytes. */
export const largestRecipeBytes = 64 * 1024
const mostMods = 64
/** A mod is a script and a few patches. */
export const mostModFiles = 60
export const largestModBytes = 8 * 1024 * 1024
/** How much of one file of a mod is shown, and of all of them together, bytes. */
export const shownBytes = 16 * 1024
const shownOfAll = 1024 * 1024

/** What all of it may weigh together, with room for the marks between, bytes. */
export const launcherFilesMaxBytes = mostRecipes * (largestRecipeBytes + 1024) + 2 * shownOfAll
/** A disk that is asleep, and hundreds of small files. */
export const launcherFilesTimeoutMs = 30_000

/** Sections: `recipe NAME` its text; `unread` a number; `mod PATH` what it is; `file PATH/NAME` its size and digest, then how it begins. */
export function launcherFilesScript(machine: Machine): string {
  return `${prelude}${launcherFolderLines(machine.launcherPath)}
[ -n "$launcher" ] || return 0
left=${mostRecipes} unread=0 named= taken=()
for file in "$launcher"/recipes/*.yaml "$launcher"/recipes/*/*.yaml; do
  name=\${file#"$launcher/recipes/"}
  [ -f "$file" ] && [ -r "$file" ] || continue
  case $name in *[!A-Za-z0-9._/-]*) unread=$((unread + 1)); continue ;; esac
  [ "$left" -gt 0 ] || { unread=$((unread + 1)); continue; }
  left=$((left - 1))
  section "recipe $name"
  head -c ${largestRecipeBytes + 1} -- "$file"
  taken+=("$file")
done
[ \${#taken[@]} = 0 ] || named=$(head -q -c ${largestRecipeBytes} -- "\${taken[@]}" | tr '\\0' ' ' | grep -oE 'mods/[A-Za-z0-9][A-Za-z0-9._-]*' | sort -u | head -n ${mostMods})
section unread
printf '%s' "$unread"
room=${shownOfAll}
for mod in $named; do
  folder=$launcher/$mod
  [ -e "$folder" ] || continue
  section "mod $mod"
  [ -d "$folder" ] || { printf 'no folder'; continue; }
  [ -f "$folder/run.sh" ] && [ ! -L "$folder/run.sh" ] || { printf 'no script'; continue; }
  odd=$(find "$folder/" -mindepth 1 ! -type d ! -type f -printf '%P' -quit 2>/dev/null | head -c 200)
  [ -z "$odd" ] || { printf 'odd'; continue; }
  odd=$(LC_ALL=C find "$folder/" -mindepth 1 -name '*[!A-Za-z0-9._+@,=-]*' -printf x -quit 2>/dev/null)
  [ -z "$odd" ] || { printf 'name'; continue; }
  count=$(find "$folder/" -type f -printf 'x' 2>/dev/null | head -c ${mostModFiles + 1} | wc -c)
  [ "$count" -le ${mostModFiles} ] || { printf 'large'; continue; }
  bytes=$(find "$folder/" -type f -printf '%s\\n' 2>/dev/null | awk '{ sum += $1 } END { printf "%.0f", sum }')
  [ "$bytes" -le ${largestModBytes} ] || { printf 'large'; continue; }
  printf 'ok'
  while IFS= read -r name; do
    [ -n "$name" ] || continue
    file=$folder/$name
    section "file $mod/$name"
    sum=$(sha256sum <"$file" 2>/dev/null)
    size=$(stat -c %s -- "$file" 2>/dev/null)
    printf '%s %s\\n' "\${size:-0}" "\${sum%% *}"
    [ "$room" -gt 0 ] || continue
    head -c ${shownBytes} -- "$file"
    room=$((room - (size < ${shownBytes} ? size : ${shownBytes})))
  done < <(find "$folder/" -type f -printf '%P\\n' 2>/dev/null | LC_ALL=C sort)
done
return 0`
}
