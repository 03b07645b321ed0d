// What takes the room on every disk, and what the owner could tidy: models long unused, parts of downloads that broke off, copies that differ.

import type { DisksView } from '../contract/operations/download-shapes.ts'
import { dayMs } from '../domain/durations.ts'
import type { Model } from '../domain/model.ts'
import type { Discovery } from './discovery.ts'
import type { Fleet } from './fleet.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'
import type { Clock } from './ports.ts'
import type { SettingsUse } from './use-cases.ts'

export interface DisksNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly discovery: Pick<Discovery, 'models' | 'listing'>
  readonly fleet: Pick<Fleet, 'views'>
  readonly serving: () => string | null
  /** When a model was last downloaded from here; null: never, or long ago. */
  readonly downloadedAt: (model: string) => number | null
  readonly settings: Pick<SettingsUse, 'get'>
}

export function readDisks({ clock, discovery, fleet, serving, downloadedAt, settings }: DisksNeeds): DisksView {
  /** A model nobody used for this long may go, and so may one that was never used, unless it has just been downloaded. */
  const unusedMs = settings.get('models.unusedDays') * dayMs
  const now = clock.now()
  const models = discovery.models()
  const views = fleet.views()
  const nameOf = (id: string): string => views.find((view) => view.machine.id === id)?.machine.name ?? id
  const held = serving()
  const isUnused = (model: Model): boolean =>
    model.complete && model.id !== held && now - (model.lastUsedAt ?? downloadedAt(model.id) ?? 0) > unusedMs
  return {
    machines: views.map(({ machine, observation }) => {
      const own = models.flatMap((model) =>
        model.copies
          .filter((copy) => copy.machine === machine.id && copy.bytes > 0)
          .map((copy) => ({ id: model.id, name: model.name, bytes: copy.bytes, state: copy.state })),
      )
      return {
        machine: machine.id,
        name: machine.name,
        totalBytes: observation?.disk?.totalBytes ?? null,
        freeBytes: observation?.disk?.freeBytes ?? null,
        modelBytes: own.reduce((sum, one) => sum + one.bytes, 0),
        models: own.sort((a, b) => b.bytes - a.bytes),
      }
    }),
    unused: models
      .filter(isUnused)
      .map((model) => ({ id: model.id, name: model.name, bytes: allBytes(model), lastUsedAt: isoTimeOrNull(model.lastUsedAt) }))
      .sort((a, b) => b.bytes - a.bytes),
    partial: models.flatMap((model) =>
      model.copies.flatMap(({ machine }) => {
        const listing = discovery.listing(machine, model.id)
        const parts = listing?.unfinished ?? null
        if (parts === null || listing?.kind !== 'hub' || now - parts.newestAt < dayMs) return []
        const whole = model.copies.find((copy) => copy.machine === machine)?.state === 'complete'
        const { bytes, newestAt } = parts
        return [{ machine, name: nameOf(machine), id: model.id, model: model.name, bytes, since: isoTime(newestAt), whole }]
      }),
    ),
    differing: models
      .filter((model) => model.revisionsDiffer)
      .map((model) => ({
        id: model.id,
        name: model.name,
        copies: model.copies
          .filter((copy) => copy.state === 'complete')
          .map(({ machine, revision }) => ({ machine, name: nameOf(machine), revision })),
      })),
  }
}

const allBytes = (model: Model): number => model.copies.reduce((sum, copy) => sum + copy.bytes, 0)
