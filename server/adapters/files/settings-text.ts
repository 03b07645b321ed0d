// A file of settings as YAML. It may come from anywhere: limited in size, no references, no tags, no key twice.
import type { SettingsText } from '../../app/settings-file-ports.ts'
import { settingsFile } from '../../contract/settings-file.ts'
import { parseYaml, yamlText } from './yaml-file.ts'

const largestCharacters = 256 * 1024

export const settingsText: SettingsText = {
  write(head, lines) {
    const counted = lines.filter((line) => line.counts)
    const written = lines.map(({ key, value, label, counts }) => {
      const text = counts ? indented(yamlText({ [key]: value })) : `  # ${key}: ${JSON.stringify(value)}\n`
      return `  # ${label}\n${text}`
    })
    const begin = [...head.map((line) => `# ${line}`), 'spark-control: settings', 'version: 1']
    return `${begin.join('\n')}\n${counted.length === 0 ? 'settings: {}' : 'settings:'}\n${written.join('')}`
  },
  read(text) {
    if (text.length > largestCharacters) return { ok: false, why: `It is longer than ${largestCharacters / 1024} KiB.` }
    const reading = parseYaml('settings', text, settingsFile)
    if (reading.ok) return { ok: true, values: reading.value.settings }
    const first = reading.problems[0]
    return { ok: false, why: first?.line == null ? (first?.sentence ?? '') : `Line ${first.line}: ${first.sentence}` }
  },
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')
