import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { insertRow } from '../api/client.ts'
import { useCanCreateOrganizations, useOrganizationIds, useOrganizations } from '../api/queries.ts'
import { useSignOut } from '../api/session.ts'
import type { Organization, Session } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { Field, Input } from '../components/field.tsx'
import { Card, ErrorNotice, Loading, describeError } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { AccessProvider, mayChange, rememberOrganization, rememberedOrganization } from './organization.tsx'
import { Plain, useTitle } from './shell.tsx'
import styles from './shell.module.css'

/** The service key belongs to no organization, so the user chooses one first. */
export function OrganizationGate({ session, children }: { session: Session; children: ReactNode }) {
  const [chosen, setChosen] = useState(rememberedOrganization)
  const [, navigate] = useLocation()
  const isOperator = session.organization_id === null
  const listed = useOrganizations(isOperator)
  // None is listed: the rows of the CRM carry the organizations' UUIDs, and those with webhooks are known.
  const isUnlisted = listed.isError || listed.data?.length === 0
  const known = useOrganizationIds(isOperator && isUnlisted)
  const organizations: readonly Organization[] = isUnlisted
    ? (known.data?.map((id) => ({ id, name: id, external_id: null })) ?? [])
    : (listed.data ?? [])

  function chooseOrganization(id: string | null): void {
    rememberOrganization(id)
    setChosen(id)
    if (chosen !== null) navigate('/')
  }

  const organizationId = session.organization_id ?? chosen
  if (organizationId === null) {
    const isPending = listed.isPending || (isUnlisted && known.isPending)
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
  const canCreate = useCanCreateOrganizations(isEmpty)
  const found = organizations.filter(({ id, name, external_id }) =>
    `${name} ${id} ${external_id ?? ''}`.toLowerCase().includes(search.trim().toLowerCase()),
  )
  if (isEmpty && canCreate.isPending) {
    return (
      <Plain>
        <Loading rows={3} />
      </Plain>
    )
  }
  const isElsewhere = isEmpty && canCreate.data === false
  return (
    <Plain
      title={isEmpty && !isElsewhere ? t.organization.first : t.organization.choose}
      text={
        isElsewhere
          ? t.organization.elsewhereText
          : isEmpty
            ? t.organization.firstText
            : t.organization.chooseText
      }
    >
      {isElsewhere ? (
        <EnterOrganization onEntered={onChoose} />
      ) : isEmpty ? (
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
              {found.map(({ id, name, external_id }) => (
                <li key={id}>
                  <button type="button" className={styles.choice} onClick={() => onChoose(id)}>
                    {name}
                    {external_id !== null && external_id !== name && (
                      <span className={styles.externalId}>{external_id}</span>
                    )}
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

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

function EnterOrganization({ onEntered }: { onEntered: (id: string) => void }) {
  const [id, setId] = useState('')
  const [isWrong, setIsWrong] = useState(false)
  return (
    <Card>
      <form
        className={styles.stack}
        onSubmit={(event) => {
          event.preventDefault()
          if (UUID.test(id.trim())) onEntered(id.trim().toLowerCase())
          else setIsWrong(true)
        }}
      >
        <Field label={t.organization.id} error={isWrong ? t.organization.idWrong : undefined}>
          {(wiring) => (
            <Input
              {...wiring}
              value={id}
              placeholder="0193f0a2-6c1b-7c3e-8f00-000000000001"
              spellCheck="false"
              onChange={(event) => {
                setId(event.target.value)
                setIsWrong(false)
              }}
            />
          )}
        </Field>
        <Button variant="primary" type="submit">
          {t.organization.open}
        </Button>
      </form>
    </Card>
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
