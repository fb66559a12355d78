import { useState } from 'react'
import { createRoot } from 'react-dom/client'
import { ConnectGainWebhooks } from '../../../elements/src/react.ts'

/** An app that shows the page with the component, and writes down what the component tells it. */
declare global {
  interface Window {
    told: string[]
    session: () => Promise<{ token: string }>
  }
}

function App({ src }: { src: string }) {
  const [path, setPath] = useState('/new')
  const [isShown, setShown] = useState(true)
  return (
    <>
      <button type="button" onClick={() => setPath('/deliveries')}>
        Move
      </button>
      <button type="button" onClick={() => setShown(false)}>
        Close
      </button>
      {isShown && (
        <ConnectGainWebhooks
          src={src}
          path={path}
          locale="de"
          label="Our webhooks"
          theme={{ scheme: 'dark', radius: 2 }}
          getSession={() => window.session()}
          onReady={(shown) => window.told.push(`ready ${shown}`)}
          onNavigated={(shown) => window.told.push(`navigated ${shown} from ${path}`)}
          onSessionExpired={(error) => window.told.push(`expired ${String(error)}`)}
        />
      )}
    </>
  )
}

const root = document.querySelector<HTMLElement>('#root')!
window.told = []
window.session = async () => ({ token: 'first' })
createRoot(root).render(<App src={root.dataset['src']!} />)
