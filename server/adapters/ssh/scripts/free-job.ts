// The script of a job that changes nothing that serves a model: it takes no fence and no common lock.
import type { FreeJobOrder } from '../../../app/service-ports.ts'
import { downloadWrapperFile, downloadWrapperText } from '../job-wrapper.ts'
import { beginLines, idPath, nulList, steadfast, wrapperLines } from './job.ts'
import { jobFunctions } from './job-functions.ts'

/** Everything is written into a new folder that is then renamed, as for a swap's job: the rename is what makes it start once. */
export function startFreeJobScript(order: FreeJobOrder): string {
  return `${jobFunctions}
${steadfast}
problem=$( {
job="$sc_root"/jobs/${idPath(order.key)}
[ ! -d "$job" ] || exit 0
${wrapperLines(downloadWrapperFile, downloadWrapperText)}
new="\${job%/*}/.new.\${job##*/}.$$"
mkdir -p "$new" &&
sc_boot >"$new/boot_id" &&
${nulList(order.argv)} >"$new/argv" &&
: >"$new/env" && : >"$new/cwd" &&
${beginLines()}
} 2>&1 )
code=$?
section problem
printf '%s' "$problem"
return $code`
}
