// Answers of the slower look and of an update's preview. A section that is missing or of another form is a fact that is not known.
import type { InspectionOrder } from '../../app/machine-ports.ts'
import { cleanLine, plainWord } from '../../domain/clean-line.ts'
import { type Checkout, type Commit, type HeldImage, type Inspection, type LauncherChanges, standingOf } from '../../domain/inspection.ts'
import { jsonRows, word } from './docker-answer.ts'
import type { Answer } from './exec.ts'

const commitIn = (text: string): string | null => /^[0-9a-f]{40}$/.exec(text.trim())?.[0] ?? null

/** Two letters, a space, the file's name; git quotes what is odd in it. */
const changedFiles = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => (/^[ MADRCUT?!]{2} ./.test(line) ? [cleanLine(line.slice(3)).slice(0, 200)] : []))

export function readInspection(order: InspectionOrder, answer: Answer, at: number, keyFingerprint: string | null): Inspection {
  const storage = plainWord(answer.text('storage').trim()).slice(0, 60)
  const may = answer.text('may_drop').trim()
  return {
    at,
    images: readImages(order.images, answer),
    storageDriver: answer.text('storage_code') === '0' && /^[\w.-]+$/.test(storage) ? storage : null,
    checkout: readCheckout(answer),
    mayDropCaches: may === 'yes' ? true : may === 'no' ? false : null,
    peers: order.peers.map((address, index) => ({ address, seen: seenOf(answer.text(`peer_${index}`).trim()) })),
    keyFingerprint,
  }
}

/** ping ends with 0 when it was answered, with 1 when nobody did; anything else says nothing about the cable. */
function seenOf(code: string): boolean | null {
  return code === '0' ? true : code === '1' ? false : null
}

const latest = (ref: string): string => (/:[^/]+$/.test(ref) ? ref : `${ref}:latest`)

function readImages(wanted: readonly string[], answer: Answer): readonly HeldImage[] | null {
  if (answer.text('images_code') !== '0') return null
  const held = new Map(jsonRows(answer.text('images')).map((row) => [`${word(row, 'Repository')}:${word(row, 'Tag')}`, word(row, 'ID')]))
  return wanted.map((ref) => ({ ref, id: held.get(latest(ref)) ?? null }))
}

function readCheckout(answer: Answer): Checkout | null {
  const head = commitIn(answer.text('head'))
  if (head === null) return null
  const origin = commitIn(answer.text('origin'))
  const told = answer.text('standing').trim().split(/\s+/)
  const changes = answer.text('changes')
  return {
    branch: plainWord(answer.text('branch').trim()).slice(0, 200) || null,
    head,
    origin,
    standing: standingOf({
      head,
      origin,
      known: told.includes('known'),
      headIsOlder: told.includes('head_older'),
      originIsOlder: told.includes('origin_older'),
    }),
    localChanges: changes.startsWith('told\n') ? changedFiles(changes.slice('told\n'.length)).length : null,
  }
}

/** null: there is no launcher there, or it is no git checkout. */
export function readLauncherChanges(answer: Answer): LauncherChanges | null {
  const path = answer.text('launcher').trim()
  const head = commitIn(answer.text('head'))
  if (path === '' || head === null) return null
  return {
    path,
    head,
    target: commitIn(answer.text('target')),
    commits: answer
      .text('commits')
      .split('\n')
      .flatMap((line): Commit[] => {
        const [id = '', date = '', ...subject] = line.split('\t')
        if (commitIn(id) === null || !/^\d{4}-\d\d-\d\d$/.test(date)) return []
        return [{ id, date, subject: cleanLine(subject.join(' ')).slice(0, 200) }]
      }),
    forward: answer.text('forward').trim() === 'yes',
    changedFiles: changedFiles(answer.text('changes')),
  }
}
