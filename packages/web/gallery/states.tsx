import { Inbox, SearchX } from 'lucide-react'
import { useState } from 'react'
import { ApiError, OfflineError } from '../src/api/client.ts'
import { Button } from '../src/components/button.tsx'
import { Confirm, Dialog } from '../src/components/dialog.tsx'
import { Disclosure } from '../src/components/disclosure.tsx'
import { Card, Empty, ErrorNotice, Loading, Notice, Pill, Section } from '../src/components/surface.tsx'
import { toast, toastError } from '../src/components/toast.tsx'
import { Case, Cases, Shelf } from './shelf.tsx'

const TONES = ['ok', 'warn', 'bad', 'info', 'quiet'] as const

const ERRORS = [
  ['the server cannot be reached', new OfflineError()],
  ['too many requests', new ApiError(429, { message: 'too many requests' })],
  [
    'a refusal',
    new ApiError(400, { code: 'PT400', message: 'the URL is not valid', hint: 'Start it with https://.' }),
  ],
  ['an unexpected error', new Error('undefined is not an object')],
] as const

export function States() {
  return (
    <>
      <Shelf title="States in words">
        <div className="line">
          {TONES.map((tone) => (
            <Pill key={tone} tone={tone}>
              {tone}
            </Pill>
          ))}
          <Pill tone="bad" icon="held">
            On hold
          </Pill>
          <Pill tone="warn" icon="waiting">
            Retrying
          </Pill>
        </div>
        <Cases>
          {TONES.map((tone) => (
            <Case key={tone} name={`notice: ${tone}`} wide>
              <Notice tone={tone} title="The endpoint returned 500." action={<Button small>Test</Button>}>
                Fix the error in your endpoint, then send a test.
              </Notice>
            </Case>
          ))}
          {ERRORS.map(([name, error]) => (
            <Case key={name} name={`error: ${name}`} wide>
              <ErrorNotice error={error} onRetry={() => undefined} />
            </Case>
          ))}
        </Cases>
      </Shelf>
      <Shelf title="Surfaces">
        <Cases>
          <Case name="card">
            <Card>A card</Card>
          </Case>
          <Case name="section">
            <Section title="Response time" tools={<Button small>Table</Button>}>
              <p>p50 120 ms</p>
            </Section>
          </Case>
          <Case name="empty">
            <Empty icon={<SearchX size={20} />} title="No webhook matches">
              <p>Change or clear the filters.</p>
            </Empty>
          </Case>
          <Case name="empty, with an action">
            <Empty
              icon={<Inbox size={20} />}
              title="No deliveries yet"
              action={<Button>Send a test</Button>}
            />
          </Case>
          <Case name="loading">
            <Loading rows={2} />
          </Case>
          <Case name="more, folded and open">
            <Disclosure title="Request headers" note="5">
              <p>content-type: application/json</p>
            </Disclosure>
            <Disclosure title="Advanced" open>
              <p>Headers, signature type, limits</p>
            </Disclosure>
          </Case>
        </Cases>
      </Shelf>
      <Shelf title="Dialogs and messages">
        <Dialogs />
      </Shelf>
    </>
  )
}

function Dialogs() {
  const [open, setOpen] = useState<'dialog' | 'wide' | 'drawer' | 'confirm'>()
  const close = (): void => setOpen(undefined)
  return (
    <div className="line">
      {(['dialog', 'wide', 'drawer', 'confirm'] as const).map((kind) => (
        <Button key={kind} onClick={() => setOpen(kind)}>
          Open: {kind}
        </Button>
      ))}
      <Button onClick={() => toast('“CRM Sync” is disabled.', { text: 'Undo', run: () => undefined })}>
        Message
      </Button>
      <Button onClick={() => toastError(new OfflineError())}>Message of an error</Button>
      {open === 'confirm' && (
        <Confirm title="Delete “CRM Sync”?" action="Delete" danger onClose={close} onConfirm={close}>
          <p>Its deliveries and attempts are deleted with it.</p>
        </Confirm>
      )}
      {open !== undefined && open !== 'confirm' && (
        <Dialog kind={open} title="Send a test" onClose={close} foot={<Button onClick={close}>Done</Button>}>
          <p>What a dialog says.</p>
        </Dialog>
      )}
    </div>
  )
}
