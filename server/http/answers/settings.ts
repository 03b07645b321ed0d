import type { UseCases } from '../../app/use-cases.ts'
import type { settingOperations } from '../../contract/operations/settings.ts'
import type { AnswersOf } from '../api.ts'
import { ownerAlone } from '../rights.ts'

export function settingAnswers({
  settings,
  settingsFile,
}: Pick<UseCases, 'settings' | 'settingsFile'>): AnswersOf<typeof settingOperations> {
  return {
    'settings.list': () => ({ settings: settings.list() }),
    'settings.change': ({ params, body }, call) => {
      ownerAlone(call.caller, params.key)
      return settings.change(params.key, body.value, body.version, call.requester().name)
    },
    'settings.reset': ({ params }, call) => {
      ownerAlone(call.caller, params.key)
      return settings.reset(params.key, call.requester().name)
    },
    'settings.undo': ({ params, body }, call) => {
      ownerAlone(call.caller, params.key)
      return settings.undo(params.key, body.version, call.requester().name)
    },
    'settings.export': () => settingsFile.write(),
    'settings.compare': ({ body }) => settingsFile.compare(body.text),
    'settings.import': ({ body }, call) => settingsFile.takeOver(body.text, body.fingerprint, call.requester().name),
  }
}
