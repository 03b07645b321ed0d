import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Finding {
  readonly file: string
  readonly line: number
}

const rules = {
  /** htmx attributes are spelled in one place, where a typo is a compile error. */
  rawHx: /(?<![\w-])(data-)?hx-[a-z]+/,
  /** The policy of the pages forbids both. */
  inlineStyle: /\sstyle=[{"']/,
  inlineScript: /\son[a-z]+=[{"']|<script(?![^>]*\ssrc=)/,
} as const

function findings(rule: keyof typeof rules, text: string, file: string): Finding[] {
  return text.split('\n').flatMap((line, at) => (rules[rule].test(line) ? [{ file, line: at + 1 }] : []))
}

function sources(): { file: string; text: string }[] {
  return ['web/views', 'server/http'].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => ({ file: `${folder}/${name}`, text: readFileSync(`${root}${folder}/${name}`, 'utf8') })),
  )
}

test.each(Object.keys(rules) as (keyof typeof rules)[])('no view breaks the rule %s', (rule) => {
  const all = sources()
  expect(all.length).toBeGreaterThan(30)
  expect(all.flatMap(({ file, text }) => findings(rule, text, file))).toEqual([])
})

test('the rules see what they forbid', () => {
  expect(findings('rawHx', '<a hx-trget="#x">', 'canary')).toHaveLength(1)
  expect(findings('inlineStyle', '<p style="color: red">', 'canary')).toHaveLength(1)
  expect(findings('inlineScript', '<button onclick={x}>', 'canary')).toHaveLength(1)
  expect(findings('inlineScript', '<script>x()</script>', 'canary')).toHaveLength(1)
})
