import { useEffect, useState } from 'react'
import type { ComponentType, ReactNode } from 'react'
import { OfflineError } from '../api/client.ts'
import { ErrorNotice } from './surface.tsx'

/**
 * A component whose script is loaded when it is first shown.
 * @param placeholder has the size of what is loaded, so that nothing moves when it is there
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  placeholder: ReactNode = null,
): ComponentType<Props> {
  let Loaded: ComponentType<Props> | undefined
  return function Later(props: Props) {
    const [state, setState] = useState<'loading' | 'loaded' | 'failed'>(
      Loaded === undefined ? 'loading' : 'loaded',
    )
    useEffect(() => {
      if (Loaded !== undefined) return setState('loaded')
      let isShown = true
      load().then(
        (component) => {
          Loaded = component
          if (isShown) setState('loaded')
        },
        () => {
          if (isShown) setState('failed')
        },
      )
      return () => {
        isShown = false
      }
    }, [])
    if (state === 'failed') {
      // After an update of the server, a script may be gone: the page has to be loaded anew.
      return <ErrorNotice error={new OfflineError()} onRetry={() => location.reload()} />
    }
    return Loaded === undefined ? placeholder : <Loaded {...props} />
  }
}
