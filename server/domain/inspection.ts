// What is looked at every few minutes only: images, the launcher's origin, the sudo rule, who answers over the cable.

export interface HeldImage {
  readonly ref: string
  /** null: not on this machine. */
  readonly id: string | null
}

/** `behind`: its origin has newer commits and it can simply take them over. `ahead`: it has commits of its own. `diverged`: both. */
export type Standing = 'current' | 'behind' | 'ahead' | 'diverged' | 'unknown'

export interface Checkout {
  readonly branch: string | null
  /** Commits, 40 hex digits; null: git does not say. */
  readonly head: string | null
  readonly origin: string | null
  readonly standing: Standing
  /** Tracked files that somebody changed; null: git does not say. */
  readonly localChanges: number | null
}

export interface Inspection {
  readonly at: number
  /** null: docker did not answer. */
  readonly images: readonly HeldImage[] | null
  /** docker's way of keeping images: under another one the same image has another id. */
  readonly storageDriver: string | null
  /** null: there is no launcher, or it is no git checkout. */
  readonly checkout: Checkout | null
  /** null: not asked this time. */
  readonly mayDropCaches: boolean | null
  /** By address; `seen` null: ping cannot be run here. */
  readonly peers: readonly { readonly address: string; readonly seen: boolean | null }[]
  /** Of the key it let us in with. */
  readonly keyFingerprint: string | null
}

/** A commit that an update would bring. */
export interface Commit {
  readonly id: string
  /** YYYY-MM-DD. */
  readonly date: string
  readonly subject: string
}

/** What an update of the launcher would do, read on the machine just now. */
export interface LauncherChanges {
  readonly path: string
  readonly head: string
  /** The commit it would be at; null: its origin cannot be reached. */
  readonly target: string | null
  /** Newest first, at most fifty. */
  readonly commits: readonly Commit[]
  readonly forward: boolean
  readonly changedFiles: readonly string[]
}

interface Origin {
  readonly head: string | null
  readonly origin: string | null
  /** The origin's commit is in this checkout already, so git can compare the two. */
  readonly known: boolean
  readonly headIsOlder: boolean
  readonly originIsOlder: boolean
}

export function standingOf({ head, origin, known, headIsOlder, originIsOlder }: Origin): Standing {
  if (head === null || origin === null) return 'unknown'
  if (head === origin) return 'current'
  if (!known || headIsOlder) return 'behind'
  return originIsOlder ? 'ahead' : 'diverged'
}

/** What keeps the launcher from being updated, in two sentences; null: nothing does. */
export function updateRefusal(changes: LauncherChanges): { readonly why: string; readonly unblock: string } | null {
  if (changes.target === null)
    return {
      why: 'The place the launcher comes from cannot be reached from there.',
      unblock: 'Check that the machine reaches the internet, then look again.',
    }
  if (changes.changedFiles.length > 0) {
    const files = changes.changedFiles.slice(0, 3).join(', ')
    return {
      why: `Somebody changed files of the launcher there (${files}${changes.changedFiles.length > 3 ? ', ...' : ''}).`,
      unblock: 'Keep or undo these changes on the machine, for example with git stash, then look again.',
    }
  }
  if (!changes.forward && changes.target !== changes.head)
    return { why: 'The launcher there has commits of its own.', unblock: 'Bring the two together on the machine with git.' }
  return null
}

/** Words of what was read last about the origin. */
export function checkoutSentence({ standing, localChanges }: Checkout): string {
  const words: Readonly<Record<Standing, string>> = {
    current: 'The launcher is the newest there is.',
    behind: 'There is a newer launcher.',
    ahead: 'The launcher has commits that its origin does not have.',
    diverged: 'The launcher and its origin have each gone their own way.',
    unknown: 'Whether there is a newer launcher is not known: its origin could not be asked.',
  }
  const changed =
    localChanges === null || localChanges === 0
      ? ''
      : ` ${localChanges === 1 ? 'One file was' : `${localChanges} files were`} changed by hand.`
  return `${words[standing]}${changed}`
}

/** Forward to exactly that commit, or not at all; nothing that the repository's settings name is run. */
export function updateArgv(path: string, commit: string): readonly string[] {
  return ['git', '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-C', path, 'merge', '--ff-only', '--no-stat', commit]
}
