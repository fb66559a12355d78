/** A part of an element from its top edge on, in CSS pixels. */
export interface Part {
  top: number
  height: number
}

/** The part of an element that neither the window nor an ancestor that scrolls cuts off. */
export function visiblePart(element: Element): Part {
  const own = element.getBoundingClientRect()
  let top = Math.max(own.top, 0)
  let bottom = Math.min(own.bottom, window.innerHeight)
  for (let around = parentOf(element); around !== null; around = parentOf(around)) {
    if (around === document.documentElement || around === document.body) continue
    if (getComputedStyle(around).overflowY === 'visible') continue
    const { top: from, bottom: to } = around.getBoundingClientRect()
    top = Math.max(top, from)
    bottom = Math.min(bottom, to)
  }
  return { top: Math.max(0, Math.round(top - own.top)), height: Math.max(0, Math.round(bottom - top)) }
}

/** The element around one, also from inside of a shadow tree. */
function parentOf(element: Element): Element | null {
  if (element.assignedSlot !== null) return element.assignedSlot
  if (element.parentElement !== null) return element.parentElement
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? root.host : null
}
