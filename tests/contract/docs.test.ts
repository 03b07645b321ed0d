import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { drawnPages } from '../../scripts/schema.ts'
import { errors } from '../../server/contract/errors.ts'
import { events } from '../../server/contract/events.ts'
import { settings } from '../../server/contract/settings.ts'

const root = new URL('../../', import.meta.url)

describe('the drawn pages of docs/', () => {
  it.each([...drawnPages()])('%s is as the tables say (run `make docs`)', (path, text) => {
    expect(readFileSync(new URL(path, root), 'utf8')).toBe(text)
  })

  it('name every error, setting and event', () => {
    const pages = drawnPages()
    const missing = (path: string, names: readonly string[]): string[] => names.filter((name) => !pages.get(path)?.includes(`\`${name}\``))
    expect(missing('docs/ERRORS.md', Object.keys(errors))).toEqual([])
    expect(missing('docs/SETTINGS.md', Object.keys(settings))).toEqual([])
    expect(missing('docs/EVENTS.md', Object.keys(events))).toEqual([])
    expect(missing('docs/EVENTS.md', ['swap_imagined'])).toEqual(['swap_imagined'])
  })
})
