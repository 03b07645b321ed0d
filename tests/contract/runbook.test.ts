// docs/runbook.md names codes, settings, addresses, commands, files and variables: each must be there, and each code that Home can show
// must be in it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { errors } from '../../server/contract/errors.ts'
import { events } from '../../server/contract/events.ts'
import { operations } from '../../server/contract/index.ts'
import { pinName } from '../../server/contract/setting-words.ts'
import { settings } from '../../server/contract/settings.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const text = read('docs/runbook.md')
const quoted = [...text.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words)
const matching = (form: RegExp): string[] => [...new Set(quoted.filter((words) => form.test(words)))]

const sources = (folder: string): string[] =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => read(`${folder}/${name}`))
const app = [...sources('server/app'), ...sources('server/domain')]

/** Where rows of the list "Needs attention" are made; their page is added by who collects them. */
const listed = ['server/app/attention.ts', 'server/app/pressure.ts', 'server/domain/machine-notes.ts']
/** A row that names its page itself. */
const withLink = /code: '([a-z_]+)',\s*sentence(?:(?!code:)[\s\S]){0,600}?\blink\b/g

function attentionCodes(): string[] {
  const own = app.flatMap((source) => [...source.matchAll(withLink)].map(([, code = '']) => code))
  const passed = listed.flatMap((path) => [...read(path).matchAll(/code: '([a-z_]+)'/g)].map(([, code = '']) => code))
  const troubles = ['machine_unreachable', 'machine_timeout', 'machine_refused_key', 'machine_is_another', 'machine_answer_unreadable']
  return [...new Set([...own, ...passed, ...troubles, 'host_key_changed', 'storage_full', 'storage_denied'])]
}

describe('the runbook', () => {
  it('knows every code that Home can ask the owner with', () => {
    const codes = attentionCodes()
    expect(codes.length).toBeGreaterThan(15)
    expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([])
  })

  it('names no code, event or setting that is not there', () => {
    const known = new Set<string>([
      ...attentionCodes(),
      ...Object.keys(errors),
      ...Object.keys(events),
      'authorized_keys',
      'reachable',
      'stale',
      'attention',
    ])
    expect(matching(/^[a-z]+(_[a-z]+)+$/).filter((word) => !known.has(word))).toEqual([])
    expect(matching(/^[a-z]+\.[a-z][A-Za-z]+$/).filter((word) => !(word in settings))).toEqual([])
  })

  it('names no address that is not there', () => {
    const known = new Set(
      Object.values(operations).map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/:([a-zA-Z]+)/g, '{$1}')}`),
    )
    const named = matching(/^(GET|POST|PUT|DELETE) \//)
    expect(named.length).toBeGreaterThan(6)
    expect(named.filter((one) => !known.has(one))).toEqual([])
  })

  it('names no command, variable, file or page that is not there', () => {
    const usage = read('server/cli.ts')
    const commands = matching(/^spark-control [a-z-]+/).map((one) => one.split(' ').slice(0, 2).join(' '))
    expect(commands.length).toBeGreaterThan(3)
    expect(commands.filter((one) => !usage.includes(one))).toEqual([])

    const all = [...sources('server')].join('\n')
    const pins = Object.keys(settings).map(pinName)
    const variables = matching(/^[A-Z][A-Z0-9_]{3,}$/).filter((name) => name !== 'NVRM' && !pins.includes(name))
    expect(variables.filter((name) => !all.includes(`'${name}'`))).toEqual([])

    const kept = ['spark-control.sqlite', 'recipes', 'secrets-key', 'local-key', 'backups']
    expect(kept.filter((name) => !(text.includes(`\`${name}`) && all.includes(`'${name}'`)))).toEqual([])

    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => to)
    expect(links.filter((to) => !existsSync(new URL(`docs/${to}`, root)))).toEqual([])
  })
})
