import { hx } from '../../hx.ts'

/** Looks at once; what comes of it takes the place of `target`, an id without `#`. */
export function CheckNow({ path, target }: { readonly path: string; readonly target: string }) {
  return (
    <form method="post" action={path} {...hx({ post: path, target: `#${target}`, swap: 'outerMorph', disable: 'find button' })}>
      <button type="submit" class="button">
        Check now
      </button>
    </form>
  )
}
