export { covers } from '../../../server/src/domain/event-types/covers.ts'
export {
  OPERATIONAL_EVENTS,
  type OperationalEvent,
} from '../../../server/src/domain/event-types/operational-events.ts'
