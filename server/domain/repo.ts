// What people paste when they mean a model on the Hub: its name, or the address of one of its pages.

export interface AskedRepo {
  /** org/name, or a bare name as a few old models have. */
  readonly repo: string
  /** Branch, tag or commit that the address names; null: the newest. */
  readonly revision: string | null
}

const part = '[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?'
const repoName = new RegExp(`^(?:${part}/)?${part}$`)
const revisionName = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/
/** Pages of the site that stand where an organisation would. */
const notOwners = new Set(['datasets', 'spaces', 'docs', 'blog', 'models', 'settings', 'papers', 'collections', 'api'])

/** Null: it cannot be the name of a model. `..` and `--` cannot stand in a name, so a name is never a way out of the hub folder. */
export function readRepo(text: string): AskedRepo | null {
  const words = text.trim()
  const page = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\/(.*)$/i.exec(words)
  if (page === null) return isRepo(words) ? { repo: words, revision: null } : null
  const path = (page[1] ?? '').split(/[?#]/, 1)[0] ?? ''
  const [owner = '', name = '', view, ...rest] = path.split('/').filter((one) => one !== '')
  if (notOwners.has(owner)) return null
  const repo = name === '' ? owner : `${owner}/${name}`
  const named = view === 'tree' || view === 'blob' || view === 'resolve' || view === 'commit' ? (rest[0] ?? '') : ''
  if (!isRepo(repo)) return null
  return { repo, revision: named === '' || named === 'main' ? null : isRevision(named) ? named : null }
}

export function isRepo(text: string): boolean {
  return text.length <= 192 && repoName.test(text) && !text.includes('..') && !text.includes('--')
}

export function isRevision(text: string): boolean {
  return revisionName.test(text) && !text.includes('..') && !text.includes('//') && !text.endsWith('/')
}

/** The folder of a repository inside a hub folder. */
export function repoFolder(repo: string): string {
  return `models--${repo.replaceAll('/', '--')}`
}

/** The folder of a model inside a hub folder. */
export function hubFolder(cachePath: string, repo: string): string {
  return `${cachePath.replace(/\/+$/, '')}/${repoFolder(repo)}`
}
