// Where the recipes that come with the product lie: beside the sources, or beside the built package.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder `recipes` of the installation: the nearest one above this file that holds families. */
export function shippedRecipes(): { readonly families: string; readonly models: string } {
  let dir = dirname(fileURLToPath(import.meta.url))
  for (let up = 0; up < 6; up += 1) {
    if (existsSync(join(dir, 'recipes', 'families'))) break
    dir = dirname(dir)
  }
  return { families: join(dir, 'recipes', 'families'), models: join(dir, 'recipes', 'models') }
}
