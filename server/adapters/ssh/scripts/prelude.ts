// Bash functions for looking at a machine without ever hanging on it.

/** Of one command's output this much is taken, bytes: an endless one must not fill the memory of the machine it runs on. */
const answerBytes = 1024 * 1024

/**
 * `later VAR SECONDS CMD...` starts a command beside the script; `collect VAR` then sets `answer` to its output (both streams)
 * and `answer_code` to its exit code, empty when it did not end in time. Times count from the start, so several that hang cost one wait. A command stuck in the kernel (a dead GPU driver, a dead
 * mount) cannot be killed, so it is left behind with nothing of ours open.
 */
export const prelude = `
proc=\${SPARK_CONTROL_PROC:-/proc}
sys=\${SPARK_CONTROL_SYS:-/sys}
later() {
  local name=$1 seconds=$2
  shift 2
  exec {fd}< <(exec 2>/dev/null; timeout -k 1 "$seconds" "$@" 2>&1 </dev/null | head -c ${answerBytes}; printf '\\n%s' "\${PIPESTATUS[0]}")
  printf -v "$name" '%s' "$fd"
  printf -v "\${name}_until" '%s' "$((SECONDS + seconds + 2))"
}
collect() {
  local fd=\${!1} until=\${1}_until left last
  left=$((\${!until} - SECONDS))
  [ "$left" -gt 0 ] || left=1
  answer= answer_code=
  IFS= read -r -d '' -t "$left" -u "$fd" answer || :
  # Looked for in the last characters alone: a pattern over a long answer takes bash minutes.
  last=$answer
  [ "\${#answer}" -lt 4 ] || last=\${answer: -4}
  if [[ $last =~ $'\\n'([0-9]+)$ ]]; then
    answer_code=\${BASH_REMATCH[1]}
    answer=\${answer:0:\${#answer}-\${#BASH_REMATCH[0]}}
  fi
  exec {fd}<&-
}
bounded() { local bounded_fd; later bounded_fd "$@"; collect bounded_fd; }
# NAME: the collected answer as a section, and its exit code as another.
tell() { section "$1"; printf '%s' "$answer"; section "$1_code"; printf '%s' "$answer_code"; }
shopt -s extglob nullglob
`

/** Sets answer to hub folder variables and PATH as a login shell of this user has them, one a line after a mark. */
export const loginWords = `
login_shell=bash
case \${SHELL##*/} in zsh|fish) login_shell=$SHELL ;; esac
later login_fd 5 "$login_shell" -l -c 'printf "spark-control-login\\n%s\\n%s\\n%s\\n%s\\n%s\\n" "$HF_HUB_CACHE" "$HUGGINGFACE_HUB_CACHE" "$HF_HOME" "$XDG_CACHE_HOME" "$PATH"'
collect_login() {
  collect login_fd
  login_hub= login_old_hub= login_home= login_xdg= login_path=
  case $answer in *spark-control-login*)
    { read -r _; IFS= read -r login_hub; IFS= read -r login_old_hub; IFS= read -r login_home; IFS= read -r login_xdg; IFS= read -r login_path; } <<<"spark-control-login\${answer##*spark-control-login}" ;;
  esac
  hub=$login_hub
  [ -n "$hub" ] || hub=$login_old_hub
  [ -n "$hub" ] || { [ -z "$login_home" ] || hub=$login_home/hub; }
  [ -n "$hub" ] || { [ -z "$login_xdg" ] || hub=$login_xdg/huggingface/hub; }
  [ -n "$hub" ] || hub=$HOME/.cache/huggingface/hub
  case $hub in '~'/*) hub=$HOME/\${hub#'~'/} ;; esac
}
`
