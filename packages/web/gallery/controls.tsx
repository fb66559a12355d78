import { Pencil, RotateCcw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton, LinkButton, TextButton } from '../src/components/button.tsx'
import { Checkbox, Field, Input, RadioCards, Select, Switch, TextArea } from '../src/components/field.tsx'
import { Menu, MenuChoice, MenuItem, MenuLine } from '../src/components/menu.tsx'
import { Segments, Tabs } from '../src/components/surface.tsx'
import { Case, Cases, Shelf } from './shelf.tsx'

const nothing = (): void => undefined

export function Controls() {
  return (
    <>
      <Shelf title="Buttons">
        <Cases>
          {(['primary', 'secondary', 'danger', 'ghost'] as const).map((variant) => (
            <Case key={variant} name={variant}>
              <div className="line">
                <Button variant={variant}>Save changes</Button>
                <Button variant={variant} small>
                  Small
                </Button>
                <Button variant={variant} disabled>
                  Disabled
                </Button>
                <Button variant={variant} busy>
                  Busy
                </Button>
              </div>
            </Case>
          ))}
          <Case name="icon, link, within text">
            <div className="line">
              <IconButton label="Edit">
                <Pencil size={16} aria-hidden="true" />
              </IconButton>
              <IconButton label="Edit, small" small>
                <Pencil size={14} aria-hidden="true" />
              </IconButton>
              <LinkButton href="/deliveries">View logs</LinkButton>
              <TextButton>Clear filters</TextButton>
            </div>
          </Case>
          <Case name="menu">
            <ExampleMenu />
          </Case>
        </Cases>
      </Shelf>
      <Shelf title="Fields">
        <Cases>
          <Case name="empty">
            <Field label="Name">{(wiring) => <Input {...wiring} placeholder="CRM Sync" />}</Field>
          </Case>
          <Case name="filled, with a hint">
            <Field label="Name" hint="Shown in lists and alerts.">
              {(wiring) => <Input {...wiring} defaultValue="CRM Sync" />}
            </Field>
          </Case>
          <Case name="with an error">
            <Field label="URL" error="The address 192.168.1.1 is private or reserved.">
              {(wiring) => <Input {...wiring} mono defaultValue="https://192.168.1.1/x" />}
            </Field>
          </Case>
          <Case name="disabled">
            <Field label="Name" optional>
              {(wiring) => <Input {...wiring} disabled defaultValue="CRM Sync" />}
            </Field>
          </Case>
          <Case name="long text">
            <Field label="Description" optional>
              {(wiring) => (
                <TextArea {...wiring} rows={2} defaultValue="Keeps the data warehouse up to date" />
              )}
            </Field>
          </Case>
          <Case name="choice">
            <Field label="Order">
              {(wiring) => (
                <Select {...wiring} defaultValue="attention">
                  <option value="attention">Needs attention first</option>
                  <option value="name">By name</option>
                </Select>
              )}
            </Field>
          </Case>
          <Toggles />
        </Cases>
      </Shelf>
    </>
  )
}

function ExampleMenu() {
  const [theme, setTheme] = useState<'light' | 'dark'>('light')
  return (
    <Menu trigger={<Button>Retry or replay</Button>}>
      <MenuItem icon={<RotateCcw size={14} aria-hidden="true" />} onSelect={nothing}>
        Retry failed deliveries
      </MenuItem>
      <MenuItem disabled onSelect={nothing}>
        Replay missed events
      </MenuItem>
      <MenuItem danger icon={<Trash2 size={14} aria-hidden="true" />} onSelect={nothing}>
        Delete
      </MenuItem>
      <MenuLine />
      <MenuChoice
        label="Appearance"
        value={theme}
        options={[
          ['light', 'Light'],
          ['dark', 'Dark'],
        ]}
        onChange={setTheme}
      />
    </Menu>
  )
}

function Toggles() {
  const [isOn, setOn] = useState(true)
  const [kind, setKind] = useState<'generate' | 'own' | 'none'>('generate')
  const [range, setRange] = useState<'24h' | '7d' | '30d'>('24h')
  return (
    <>
      <Case name="switch: on, off, disabled">
        <div className="line">
          <Switch label="On" checked={isOn} onChange={setOn} />
          <Switch label="Off" checked={!isOn} onChange={(next) => setOn(!next)} />
          <Switch label="On, disabled" checked disabled onChange={nothing} />
          <Switch label="Off, disabled" checked={false} disabled onChange={nothing} />
        </div>
      </Case>
      <Case name="checkbox: on, some, off, disabled">
        <div className="line">
          <Checkbox label="On" checked={isOn} onChange={setOn} />
          <Checkbox label="Some" checked="indeterminate" onChange={nothing} />
          <Checkbox label="Off" checked={false} onChange={nothing} />
          <Checkbox label="On, disabled" checked disabled onChange={nothing} />
        </div>
      </Case>
      <Case name="segments">
        <Segments
          label="Range"
          value={range}
          options={[
            ['24h', '24 hours'],
            ['7d', '7 days'],
            ['30d', '30 days'],
          ]}
          onChange={setRange}
        />
      </Case>
      <Case name="tabs" wide>
        <Tabs
          label="Sections"
          tabs={[
            { href: '/components', text: 'Overview' },
            { href: '/deliveries', text: 'Deliveries' },
            { href: '/new', text: 'Settings' },
          ]}
        />
      </Case>
      <Case name="cards to choose from" wide>
        <RadioCards
          label="Secret key"
          value={kind}
          options={[
            { value: 'generate', title: 'Generate one', text: 'Shown once, after saving.' },
            { value: 'own', title: 'My own', text: 'At least 16 characters.' },
            { value: 'none', title: 'None', text: 'Requests carry no signature.' },
          ]}
          onChange={setKind}
        />
      </Case>
    </>
  )
}
