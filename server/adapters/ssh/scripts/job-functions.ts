// What a machine itself knows of fences and jobs, as bash functions. The same text is sent with each control call and
// installed as the wrapper of a job, so both always agree.
//
// ~/.spark-control/fence        "FENCE APPLIANCE SWAP", replaced only under fence.lock, never lowered
// ~/.spark-control/lock         flock, held for a launcher's whole life (by its children too, should the wrapper be killed)
// ~/.spark-control/holder       "FENCE PID START_TIME BOOT_ID JOB" of who took that lock last
// ~/.spark-control/jobs/S/T/    fence argv env cwd boot_id start_time pid log rc of step T of swap S; of a download without fence, with lock
//
// A process is named by pid, start time and boot id together: a pid alone comes back.

/** Exit code when a later order is on the machine. */
export const fenceExitCode = 79
/** Exit code when a lock was not free in time. */
export const lockedExitCode = 75
/** A group that was asked to end is killed after this long, seconds. */
export const endSeconds = 20
/** A job whose wrapper has not written its pid within this long never will, seconds. */
const startSeconds = 30

export const jobFunctions = `
sc_root=$HOME/.spark-control
umask 077
sc_boot() { cat "\${SPARK_CONTROL_PROC:-/proc}/sys/kernel/random/boot_id" 2>/dev/null; }

# Sets sc_state, sc_group and sc_started of a process; fails when there is none.
sc_stat() {
  local line=
  IFS= read -r -d '' line 2>/dev/null <"/proc/$1/stat"
  [ -n "$line" ] || return 1
  set -- \${line##*) }
  sc_state=$1 sc_group=$3 sc_started=\${20}
}

# PID START_TIME BOOT_ID: does exactly that process live? A zombie does not.
sc_lives() {
  [ -n "$1" ] && [ "$3" = "$(sc_boot)" ] && sc_stat "$1" && [ "$sc_started" = "$2" ] && [[ $sc_state != [ZX] ]]
}

# GROUP: sets sc_members to its living processes; fails when there are none.
sc_members() {
  local stat pid
  sc_members=()
  for stat in /proc/[0-9]*/stat; do
    pid=\${stat#/proc/} pid=\${pid%/stat}
    sc_stat "$pid" || continue
    [ "$sc_group" = "$1" ] && [[ $sc_state != [ZX] ]] && sc_members+=("$pid")
  done
  [ \${#sc_members[@]} -gt 0 ]
}

# PID START_TIME BOOT_ID [JOB]: is something of that job's group alive? Where the wrapper itself is gone, a member must hold our lock
# (descriptor 9: the machine's, or of a download the one in its own folder), or the number may be another's by now.
sc_group_lives() {
  local pid
  # Never a number that kill would take for "everything".
  [[ $1 =~ ^[0-9]+$ ]] && [ "$1" -gt 1 ] && [ "$3" = "$(sc_boot)" ] && sc_members "$1" || return 1
  sc_lives "$1" "$2" "$3" && return 0
  sc_stat "$1" && [[ $sc_state != [ZX] ]] && return 1
  for pid in "\${sc_members[@]}"; do
    [ "/proc/$pid/fd/9" -ef "$sc_root/lock" ] && return 0
    [ -n "$4" ] && [ "/proc/$pid/fd/9" -ef "$4/lock" ] && return 0
  done
  return 1
}

# PID START_TIME BOOT_ID JOB: ends the whole group, politely first, and leaves an exit code when the wrapper could not.
sc_end_group() {
  local code=143 until=$((SECONDS + ${endSeconds}))
  sc_group_lives "$1" "$2" "$3" "$4" || return 0
  kill -TERM -- "-$1" 2>/dev/null
  while sc_members "$1"; do
    if [ "$SECONDS" -ge "$until" ]; then code=137; kill -KILL -- "-$1" 2>/dev/null; until=$((SECONDS + 5)); fi
    sleep 0.1
  done
  [ -n "$4" ] && [ -d "$4" ] && [ ! -s "$4/rc" ] && sc_write "$4/rc" "$code"
  return 0
}

# FILE TEXT: all of it or nothing.
sc_write() { printf '%s\\n' "$2" >"$1.new.$$" && mv -f "$1.new.$$" "$1"; }

# Sets sc_fence, sc_fence_appliance, sc_fence_swap; -1 when there is none.
sc_read_fence() {
  sc_fence= sc_fence_appliance= sc_fence_swap=
  read -r sc_fence sc_fence_appliance sc_fence_swap 2>/dev/null <"$sc_root/fence"
  if [[ $sc_fence =~ ^[0-9]{1,18}$ ]]; then sc_fence=$((10#$sc_fence)); else sc_fence=-1; fi
}

# Opens descriptor 8 with fence.lock held.
sc_lock_fence() {
  mkdir -p "$sc_root" && exec 8>>"$sc_root/fence.lock" && flock -w 8 8 || return ${lockedExitCode}
}

# APPLIANCE FENCE SWAP, with fence.lock held: writes it, or prints "FENCE APPLIANCE" of what stands in its way: a later order, or one
# of another appliance whatever its number. Taking over from another is the owner's act: removing the file.
sc_take_fence() {
  sc_read_fence
  if [ "$sc_fence" -gt "$2" ] || { [ "$sc_fence" -eq "$2" ] && [ "$sc_fence_swap" != "$3" ]; } ||
    { [ "$sc_fence" -ge 0 ] && [ "$sc_fence_appliance" != "$1" ]; }; then
    printf '%s %s\\n' "$sc_fence" "$sc_fence_appliance"
    return ${fenceExitCode}
  fi
  sc_write "$sc_root/fence" "$2 $1 $3"
}

# JOB: sets sc_job_state and sc_job_code.
sc_job_state() {
  local pid= started= boot=
  sc_job_state=absent sc_job_code=
  [ -d "$1" ] || return 0
  sc_job_state=ended
  read -r sc_job_code 2>/dev/null <"$1/rc" && return 0
  read -r boot 2>/dev/null <"$1/boot_id"
  read -r started 2>/dev/null <"$1/start_time"
  sc_job_state=running
  if read -r pid 2>/dev/null <"$1/pid"; then
    sc_lives "$pid" "$started" "$boot" && return 0
  elif [ "$boot" = "$(sc_boot)" ] && [ $(($(date +%s) - $(stat -c %Y "$1"))) -lt ${startSeconds} ]; then
    return 0
  fi
  # It may have ended between the two looks.
  sc_job_state=ended
  read -r sc_job_code 2>/dev/null <"$1/rc" && return 0
  sc_job_state=lost
}
`
