// Do the machines of a cluster agree? A model that runs across two Sparks starts only where both have the same image.
import type { HeldImage } from './inspection.ts'

export interface OfMachine {
  readonly name: string
  readonly images: readonly HeldImage[] | null
  readonly storageDriver: string | null
  readonly commit: string | null
  readonly date: string | null
}

export interface Agreement {
  readonly code: 'images_agree' | 'images_differ' | 'launchers_agree' | 'launchers_differ'
  readonly agree: boolean
  readonly sentence: string
}

const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)

/** One row a thing; none for what fewer than two machines tell of. */
export function agreements(machines: readonly OfMachine[]): readonly Agreement[] {
  if (machines.length < 2) return []
  return [...images(machines), ...launchers(machines)]
}

function images(machines: readonly OfMachine[]): readonly Agreement[] {
  const refs = [...new Set(machines.flatMap((one) => one.images?.map((image) => image.ref) ?? []))]
  const rows = refs.flatMap((ref): { ref: string; holders: { name: string; id: string; driver: string | null }[] }[] => {
    const holders = machines.flatMap((one) => {
      const id = one.images?.find((image) => image.ref === ref)?.id ?? null
      return id === null ? [] : [{ name: one.name, id, driver: one.storageDriver }]
    })
    return holders.length < 2 ? [] : [{ ref, holders }]
  })
  if (rows.length === 0) return []
  const differing = rows.filter(({ holders }) => new Set(holders.map((one) => one.id)).size > 1)
  if (differing.length === 0) {
    const what = rows.length === 1 ? `the image ${rows[0]?.ref}` : `${rows.length} images`
    return [{ code: 'images_agree', agree: true, sentence: `All machines that have ${what} have the same one.` }]
  }
  return differing.map(({ ref, holders }): Agreement => {
    const drivers = new Set(holders.map((one) => one.driver))
    const which = list(holders.map((one) => `${one.name} has ${short(one.id)}`))
    const perhaps = drivers.size > 1 ? ' Docker keeps images in different ways there, so they may still be the same.' : ''
    const act = 'A model across two Sparks does not start like this. Run ./build-and-copy.sh -c in the launcher folder of the first one.'
    return { code: 'images_differ', agree: false, sentence: `The image ${ref} differs: ${which}.${perhaps} ${act}` }
  })
}

function launchers(machines: readonly OfMachine[]): readonly Agreement[] {
  const known = machines.filter((one) => one.commit !== null)
  if (known.length < 2) return []
  if (new Set(known.map((one) => one.commit?.slice(0, 7))).size === 1) {
    const dated = known[0]?.date === null ? '' : `, of ${known[0]?.date}`
    return [
      { code: 'launchers_agree', agree: true, sentence: `The launcher is the same on ${list(known.map((one) => one.name))}${dated}.` },
    ]
  }
  const which = list(known.map((one) => `${one.name} has ${one.commit?.slice(0, 7)}${one.date === null ? '' : ` of ${one.date}`}`))
  return [{ code: 'launchers_differ', agree: false, sentence: `The launcher differs: ${which}. Update the older one on its page.` }]
}
