// A loop that tells of a machine's memory once a second, in one line each. Bash alone: it starts no program, not even to wait.

/** Without a word from us for so long, the loop ends: whoever started it is gone and its line was never closed, seconds. */
export const deafSeconds = 300
/** Fields of a line stand between these; the number of the line stands at both ends, so that a torn one is seen. */
export const fieldMark = '|'

/** `token` begins each line: what a login shell prints beside it is not read. Goes to `bash -s`, whose stdin stays open. */
export function memoryStreamScript(token: string): string {
  return `spark_control_stream() {
local proc=\${SPARK_CONTROL_PROC:-/proc} number=0 heard=$SECONDS boot= up= memory pressure kills kills_at=-1 line code
read -r boot <"$proc/sys/kernel/random/boot_id"
mapfile -t kills <"$proc/vmstat"
for line in "\${!kills[@]}"; do case \${kills[line]} in 'oom_kill '*) kills_at=$line ;; esac; done
while :; do
  number=$((number + 1))
  up= memory= pressure= kills=
  read -r up code <"$proc/uptime"
  mapfile -t -n 5 memory <"$proc/meminfo"
  mapfile -t -n 2 pressure <"$proc/pressure/memory"
  [ "$kills_at" -lt 0 ] || mapfile -t -s "$kills_at" -n 1 kills <"$proc/vmstat"
  printf '\\n%s|%s|%s|%s|%s|%s|%s|%s\\n' ${token} "$number" "$boot" "$up" "\${memory[*]}" "\${pressure[*]}" "\${kills[*]}" "$number" || exit 0
  IFS= read -r -t 1 line
  code=$?
  # Something was said, which costs one early line; or nothing in that second; or nobody is there any more.
  if [ "$code" -eq 0 ]; then heard=$SECONDS; elif [ "$code" -le 128 ]; then exit 0; fi
  [ $((SECONDS - heard)) -lt ${deafSeconds} ] || exit 0
done
}
spark_control_stream 2>/dev/null
`
}
