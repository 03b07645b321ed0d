// The badges of a model: what it can take in and do.
import { expertCount, type ModelFacts } from './facts.ts'
import { field, isObject, objectField } from './tolerant-json.ts'

const visionFields = [
  'vision_config',
  'visual',
  'vision_tower',
  'mm_vision_tower',
  'img_processor',
  'vision_encoder',
  'vision',
  'embd_layer',
  'vit_config',
  'vision_config_dict',
] as const
const audioFields = ['audio_config', 'audio_processor', 'speech_config', 'audio_encoder', 'sound_config', 'audio_encoder_config'] as const

const present = (facts: ModelFacts, names: readonly string[]): boolean => {
  const thinker = objectField(facts.config, 'thinker_config')
  return names.some((name) =>
    [facts.config, thinker].some(
      (place) => isObject(field(place ?? undefined, name)) || typeof field(place ?? undefined, name) === 'string',
    ),
  )
}

/** Sees pictures: the config describes a part that does. A list of module names is no proof. */
export function seesPictures(facts: ModelFacts): boolean {
  return present(facts, visionFields)
}

function seesVideo(facts: ModelFacts): boolean {
  const thinker = objectField(facts.config, 'thinker_config')
  return ['video_token_id', 'video_token_index'].some((name) =>
    [facts.config, thinker].some((place) => typeof field(place ?? undefined, name) === 'number'),
  )
}

export interface Abilities {
  /** It answers in words, and not with vectors or scores. */
  readonly writes: boolean
  readonly tools: string | null
  readonly reasoning: string | null
  readonly badges: readonly string[]
}

/** The badges in the order people read them. */
export function capabilities(facts: ModelFacts, abilities: Abilities): readonly string[] {
  const vision = seesPictures(facts) || abilities.badges.includes('vision')
  const held: Readonly<Record<string, boolean>> = {
    vision,
    video: abilities.writes && vision && (seesVideo(facts) || abilities.badges.includes('video')),
    audio: present(facts, audioFields) || abilities.badges.includes('audio'),
    reasoning: abilities.reasoning !== null,
    tools: abilities.tools !== null,
    moe: expertCount(facts) > 1,
  }
  return Object.keys(held).filter((badge) => held[badge] === true)
}
