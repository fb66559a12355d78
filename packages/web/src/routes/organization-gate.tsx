import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { insertRow } from '../api/client.ts'
import { useOrganizationIds, useOrganizations } from '../api/queries.ts'
import { useSignOut } from '../api/session.ts'
import type { Organization, Session } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { Field, Input } from '../components/field.tsx'
import { Card, ErrorNotice, Loading, describeError } from '../components/surface.tsx'
import { t } from '../strings/index.ts'
import { AccessProvider, mayChange, rememberOrganization, rememberedOrganization } from './organization.tsx'
import { Plain, useTitle } from './shell.tsx'
import styles from './shell.module.css'

/** The service key belongs to no organization, so the user chooses one first. */
export function OrganizationGate({ session, children }: { session: Session; children: ReactNode }) {
  const [chosen, setChosen] = useState(rememberedOrganization)
  const [, navigate] = useLocation()
  const isOperator = session.organization_id === null
  const listed = useOrganizations(isOperator)
  // The table does not exist: the CRM has its own organizations elsewhere.
  const known = useOrganizationIds(isOperator && listed.isError)
  const organizations: readonly Organization[] =
    listed.data ?? known.data?.map((id) => ({ id, name: id })) ?? []

  function chooseOrganization(id: string | null): void {
    rememberOrganization(id)
    setChosen(id)
    if (chosen !== null) navigate('/')
  }

  const organizationId = session.organization_id ?? chosen
  if (organizationId === null) {
    const isPending = listed.isPending || (listed.isError && known.isPending)
    if (isPending) {
      return (
        <Plain>
          <Loading rows={3} />
        </Plain>
      )
    }
    if (known.isError) {
      return (
        <Plain>
          <ErrorNotice error={known.error} onRetry={() => void known.refetch()} />
        </Plain>
      )
    }
    return <ChooseOrganization organizations={organizations} onChoose={chooseOrganization} />
  }
  const access = { session, organizationId, organizations, canChange: mayChange(session), chooseOrganization }
  return <AccessProvider value={access}>{children}</AccessProvider>
}

interface ChooseProps {
  organizations: readonly Organization[]
  onChoose: (id: string) => void
}

const SEARCH_FROM = 8

function ChooseOrganization({ organizations, onChoose }: ChooseProps) {
  useTitle(t.organization.choose)
  const signOut = useSignOut()
  const [search, setSearch] = useState('')
  const isEmpty = organizations.length === 0
  const found = organizations.filter(({ id, name }) =>
    `${name} ${id}`.toLowerCase().includes(search.trim().toLowerCase()),
  )
  return (
    <Plain
      title={isEmpty ? t.organization.first : t.organization.choose}
      text={isEmpty ? t.organization.firstText : t.organization.chooseText}
    >
      {isEmpty ? (
        <CreateOrganization onCreated={onChoose} />
      ) : (
        <Card>
          <div className={styles.stack}>
            {organizations.length >= SEARCH_FROM && (
              <Input
                type="search"
                aria-label={t.organization.search}
                placeholder={t.organization.search}
                value={search}
                onChange={(event) => setSearch(event.target.value)}
              />
            )}
            <ul className={styles.list}>
              {found.map(({ id, name }) => (
                <li key={id}>
                  <button type="button" className={styles.choice} onClick={() => onChoose(id)}>
                    {name}
                    <ChevronRight size={16} aria-hidden="true" />
                  </button>
                </li>
              ))}
            </ul>
          </div>
        </Card>
      )}
      <Button variant="ghost" onClick={() => signOut.mutate()}>
        {t.signOut}
      </Button>
    </Plain>
  )
}

function CreateOrganization({ onCreated }: { onCreated: (id: string) => void }) {
  const [name, setName] = useState('')
  const client = useQueryClient()
  const create = useMutation({
    mutationFn: () => insertRow<Organization>('organizations', { name: name.trim() }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['organizations'] })
      onCreated(id)
    },
  })
  return (
    <Card>
      <form
        className={styles.stack}
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') create.mutate()
        }}
      >
        <Field
          label={t.organization.name}
          error={create.error === null ? undefined : describeError(create.error).title}
        >
          {(wiring) => (
            <Input
              {...wiring}
              value={name}
              placeholder={t.organization.namePlaceholder}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Button variant="primary" type="submit" busy={create.isPending}>
          {t.organization.create}
        </Button>
      </form>
    </Card>
  )
}
