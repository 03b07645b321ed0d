# The client behind every executable of a simulated Spark: carries one call to the simulator and shows what it answers.
# The stubs that doors write (docker, nvidia-smi, launch-cluster.sh, ...) set SIM_PORT, SIM_SECRET, SIM_NODE and SIM_TOOL and source this.
#
# Why TCP on loopback and not a unix socket: bash opens /dev/tcp by itself, while a unix socket needs nc or socat, which a minimal Debian
# lacks, or a Node start of 40 ms for each of the ten calls of a poll. Anybody on the machine can reach a loopback port, so a call begins
# with a secret that only the stubs know. Bash alone, no child process: a call costs about 3 ms.
#
# Request: every word ended by NUL: secret, node, tool, cwd, number of arguments, arguments, NAME=value ..., an empty word.
# Answer, a line each: "o" or "e" and a piece of stdout or stderr with \ doubled and newline and NUL as escapes of printf %b; "x" and the
# exit code. No signal is trapped, so a killed client is gone at once and its closed connection tells the simulator.
LC_ALL=C
exec {wire}<>"/dev/tcp/127.0.0.1/$SIM_PORT" || exit 125
{
  printf '%s\0' "$SIM_SECRET" "$SIM_NODE" "$SIM_TOOL" "$PWD" "$#" "$@"
  for name in HOME "${!HF_@}" "${!VLLM_@}" "${!FAKE_@}"; do
    [ -z "${!name+set}" ] || printf '%s\0' "$name=${!name}"
  done
  printf '\0'
} >&"$wire"
while IFS= read -r -u "$wire" line; do
  case $line in
    o*) printf '%b' "${line:1}" || exit 141 ;;
    e*) printf '%b' "${line:1}" >&2 || exit 141 ;;
    x*) exit "${line:1}" ;;
  esac
done
# The simulator is gone, or the node lost power.
exit 137
