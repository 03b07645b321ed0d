// What each page does or shows, as the operation by which a program does or sees the same. Its right is that operation's right.
//
// A form that is missing here needs `operate`; a page that is missing needs `see`. tests/http/rights.test.ts walks them all.
import type { Operation } from '../contract/define.ts'
import { type OperationId, operations } from '../contract/index.ts'
import type { Demand } from '../domain/access.ts'

/** null: it is about this browser alone. */
export const pageActs: Readonly<Record<string, OperationId | null>> = {
  'POST /backup': 'backups.take',
  'POST /engines/:id/stop': 'engines.stop',
  'POST /engines/:id/removal': 'engines.remove',
  'POST /reservation/end': 'lock.release',
  'POST /schedule/:id/approval': 'schedule.approve',
  'POST /schedule/:id/withdrawal': 'schedule.withdraw',
  'POST /schedule/:id/removal': 'schedule.dismiss',
  'POST /setup': 'machines.add',
  'POST /machines/new': 'machines.add',
  'POST /library/scan': 'models.scan',
  'POST /library/downloads': 'downloads.start',
  'POST /library/downloads/:id/cancellation': 'downloads.cancel',
  'POST /library/downloads/:id/resumption': 'downloads.resume',
  'POST /library/:id/together': 'models.bringTogether',
  'POST /library/:id/deletion': 'models.delete',
  'POST /library/:id/parts': 'models.delete',
  'POST /library/:id/recipe': 'recipes.save',
  'POST /library/:id/recipe/removal': 'recipes.remove',
  'POST /library/:id/recipe/return': 'recipes.goBack',
  'POST /recipes/:id/confirmation': 'recipes.confirm',
  'POST /named-machines/:id/address': 'namedMachines.place',
  'POST /named-machines/:id/removal': 'namedMachines.forget',
  'POST /bots/new': 'bots.add',
  'POST /bots/:id': 'bots.edit',
  'POST /bots/:id/check': 'bots.look',
  'POST /bots/:id/removal': 'bots.remove',
  'POST /bots/:id/update': 'bots.update',
  'POST /bots/:id/restart': 'bots.restart',
  'POST /machines/:id': 'machines.edit',
  'POST /machines/:id/check': 'machines.check',
  'POST /machines/:id/drop-caches': 'machines.dropCaches',
  'POST /machines/:id/inspection': 'machines.inspect',
  'POST /machines/:id/launcher': 'machines.updateLauncher',
  'POST /machines/:id/host-key': 'machines.acceptHostKey',
  'POST /machines/:id/removal': 'machines.remove',
  'POST /services/new': 'services.add',
  'POST /services/:id': 'services.edit',
  'POST /services/:id/check': 'services.check',
  'POST /services/:id/trial': 'services.try',
  'POST /services/:id/removal': 'services.remove',
  'POST /services/:id/acts/:kind': 'services.act',
  'POST /settings/:key': 'settings.change',
  'POST /settings/:key/default': 'settings.reset',
  'POST /settings/:key/undo': 'settings.undo',
  'POST /settings-file': 'settings.import',
  'POST /settings-file/comparison': 'settings.compare',
  'POST /webhooks': 'webhooks.add',
  'POST /webhooks/:id': 'webhooks.edit',
  'POST /webhooks/:id/removal': 'webhooks.remove',
  'POST /webhooks/:id/secret': 'webhooks.newSecret',
  'POST /webhooks/:id/pause': 'webhooks.pause',
  'POST /webhooks/:id/resumption': 'webhooks.resume',
  'POST /webhooks/:id/attempt': 'webhooks.tryNow',
  'POST /webhooks/:id/test': 'webhooks.test',
  'POST /webhooks/:id/repeats': 'webhooks.sendAgain',
  'POST /swaps': 'swaps.start',
  'POST /swaps/:id/cancellation': 'swaps.cancel',
  'POST /sign-in': 'access.signIn',
  'POST /sign-out': 'access.signOut',
  'POST /password': 'access.setPassword',
  'POST /access/policy': 'settings.change',
  'POST /access/sessions/end': 'sessions.endOthers',
  'POST /access/sessions/:id/end': 'sessions.end',
  'POST /access/keys': 'keys.create',
  'POST /access/keys/:id/revocation': 'keys.revoke',
  'POST /theme': null,
}

/** Pages that not everybody who may `see` may see. null: everybody may. */
export const pageSights: Readonly<Record<string, OperationId | null>> = {
  'GET /assets/:name': null,
  'GET /sign-in': null,
  'GET /setup': 'machines.publicKey',
  'GET /machines/new': 'machines.publicKey',
  'GET /machines/:id/survey': 'machines.survey',
  'GET /machines/:id/launcher': 'machines.launcherChanges',
  'GET /services/new': 'services.candidates',
  'GET /services/:id/acts/:kind': 'services.act',
  'GET /machines/:id/containers/:container/log': 'logs.read',
  'GET /machines/:id/containers/:container/log/file': 'logs.read',
  'GET /bots/new': 'bots.add',
  'GET /bots/:id/log': 'bots.log',
  'GET /bots/:id/log/file': 'bots.log',
  'GET /swaps/:id/log': 'swaps.log',
  'GET /engines/:id/removal': 'engines.removal',
  'GET /library/:id/together': 'models.togetherPlan',
  'GET /library/downloads/new': 'downloads.check',
  'GET /webhooks': 'webhooks.list',
  'GET /webhooks/new': 'webhooks.add',
  'GET /webhooks/:id': 'webhooks.find',
  'GET /password': 'access.setPassword',
  'GET /access': 'sessions.list',
  'GET /access/keys': 'keys.list',
  'GET /access/record': 'audit.list',
}

/** Streams of /live by their name, the part of ?page= before the colon: the page whose right they need; else `see`. */
export const streamSights: Readonly<Record<string, OperationId>> = {
  webhooks: 'webhooks.list',
  webhook: 'webhooks.find',
  log: 'logs.follow',
  'bot-log': 'bots.followLog',
}

const anyone: Demand = { right: 'anyone' }
const operate: Demand = { right: 'operate' }
const see: Demand = { right: 'see' }
const use: Demand = { right: 'use' }

export interface Act {
  /** Id of the operation, or the method and path where there is none. */
  readonly operation: string
  readonly demand: Demand
}

/** Narrower than the operation: a copy of the database holds the private key, and the policy is the owner's to choose. */
const narrower: Readonly<Record<string, Demand>> = {
  'POST /backup': { right: 'operate', ownerOnly: true },
  'POST /access/policy': { right: 'operate', ownerOnly: true },
}

const declared: ReadonlyMap<string, Act> = new Map(
  Object.entries(operations as Readonly<Record<string, Operation>>).map(([id, row]) => [
    `${row.method.toUpperCase()} ${row.path}`,
    { operation: id, demand: row },
  ]),
)
const ofOperation = (route: string, id: OperationId | null): Act =>
  id === null
    ? { operation: route, demand: anyone }
    : { operation: id, demand: narrower[route] ?? (operations as Readonly<Record<string, Operation>>)[id] ?? operate }

/** What a route does and wants. `stream`: the name of the stream that /live was asked for. */
export function actOfRoute(method: string, path: string, stream = ''): Act {
  const verb = method === 'HEAD' ? 'GET' : method
  const route = `${verb} ${path}`
  const row = declared.get(route)
  if (row !== undefined) return row
  if (path === '/v1/*') return { operation: 'use of /v1', demand: use }
  if (route === 'GET /live')
    return Object.hasOwn(streamSights, stream) ? ofOperation(route, streamSights[stream] ?? null) : { operation: route, demand: see }
  const page = verb === 'GET' ? pageSights : pageActs
  if (Object.hasOwn(page, route)) return ofOperation(route, page[route] ?? null)
  return { operation: route, demand: verb === 'GET' || verb === 'OPTIONS' ? see : operate }
}
