// Finding spark-vllm-docker on a machine and asking it what it can do.
import { quote } from '../quote.ts'

/** Sets `launcher` to its folder, empty where there is none. */
export function launcherFolderLines(configured: string | null): string {
  const candidates =
    configured === null
      ? '"$HOME"/spark-vllm-docker "$HOME"/*/spark-vllm-docker "$HOME"/*/*/spark-vllm-docker /opt/spark-vllm-docker /srv/spark-vllm-docker'
      : quote(configured)
  return `
launcher=
for folder in ${candidates}; do
  case $folder in '~'/*) folder=$HOME/\${folder#'~'/} ;; esac
  if [ -f "$folder/launch-cluster.sh" ]; then launcher=$folder; break; fi
done
`
}

/**
 * Sections launcher (path), launcher_help, launcher_git and launcher_quotes. `--help` and git are asked again only when the checkout
 * changed: their words are kept in ~/.spark-control/cache.
 */
export function launcherLines(configured: string | null): string {
  return `${launcherFolderLines(configured)}section launcher
printf '%s' "$launcher"
if [ -n "$launcher" ]; then
  stamp=$(stat -c '%n %Y %i %s' "$launcher/launch-cluster.sh" "$launcher/.git/HEAD" "$launcher/.git/logs/HEAD" 2>/dev/null)
  kept=$HOME/.spark-control/cache/launcher
  if [ -f "$kept/stamp" ] && [ "$(cat "$kept/stamp")" = "$stamp" ]; then
    section launcher_help
    cat "$kept/help"
    section launcher_git
    cat "$kept/git"
    section launcher_quotes
    cat "$kept/quotes"
  else
    later help_fd 5 bash "$launcher/launch-cluster.sh" --help
    later git_fd 5 git -C "$launcher" log -1 --format='%h %cs'
    collect help_fd
    help=$answer help_code=$answer_code
    collect git_fd
    git=
    [ "$answer_code" != 0 ] || git=$answer
    quotes=$(grep -cE 'printf +["'"'"']%q' "$launcher/launch-cluster.sh" 2>/dev/null)
    section launcher_help
    printf '%s' "$help"
    section launcher_git
    printf '%s' "$git"
    section launcher_quotes
    printf '%s' "$quotes"
    # An answer that was cut off by the time limit is not kept.
    if [ -n "$help_code" ] && [ "$help_code" != 124 ] && [ -n "$help" ]; then
      ( umask 077
        mkdir -p "$kept" && rm -f "$kept/stamp" &&
        printf '%s' "$help" >"$kept/help" && printf '%s' "$git" >"$kept/git" && printf '%s' "$quotes" >"$kept/quotes" &&
        printf '%s\\n' "$stamp" >"$kept/stamp" ) 2>/dev/null
    fi
  fi
fi
`
}
