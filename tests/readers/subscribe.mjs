// A calendar that subscribes, as programs built on ical.js do. Reads a JSON list of what it fetched one after the other,
// and writes for each fetch what it shows then. Events are kept by UID, and only a newer one takes the place of another
// (RFC 5546, section 2.1.5); what is no longer published is gone.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const NAMES = ["name", "x-wr-calname", "color", "uid", "refresh-interval", "x-published-ttl", "x-wr-timezone"];

let kept = new Map();

function isNewer(event, known) {
  if (event.sequence !== known.sequence) return event.sequence > known.sequence;
  return stamp(event).compare(stamp(known)) > 0;
}

function stamp(event) {
  return event.component.getFirstPropertyValue("dtstamp");
}

function take(calendar) {
  const published = new Map();
  for (const component of calendar.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(component);
    if (published.has(event.uid)) throw new Error(`published twice: ${event.uid}`);
    const known = kept.get(event.uid);
    published.set(event.uid, known && !isNewer(event, known) ? known : event);
  }
  kept = published;
}

// The library leaves the escapes in properties that it does not know, whose type is text (RFC 5545, section 3.8.8.2).
function valueOf(property) {
  const value = String(property.getFirstValue());
  return property.type === "unknown" ? ICAL.design.icalendar.value.text.fromICAL(value, {}) : value;
}

// Every time an event takes place, as a calendar expands it; ours are all of one time.
function times(event) {
  const found = [];
  const iterator = event.iterator();
  for (let start = iterator.next(); start; start = iterator.next()) {
    found.push([start, event.getOccurrenceDetails(start).endDate].map((time) => time.toJSDate().toISOString()));
  }
  return found;
}

function shown(event) {
  const value = (name) => event.component.getFirstPropertyValue(name);
  return {
    uid: event.uid,
    times: times(event),
    summary: event.summary,
    categories: event.component.getFirstProperty("categories").getValues(),
    transp: value("transp"),
    busy: value("x-microsoft-cdo-busystatus"),
    people: event.attendees.length + (event.organizer ? 1 : 0),
    alarms: event.component
      .getAllSubcomponents("valarm")
      .map((alarm) => [String(alarm.getFirstPropertyValue("trigger")), alarm.getFirstPropertyValue("description")]),
  };
}

const answers = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  take(calendar);
  return {
    calendar: Object.fromEntries(NAMES.map((name) => [name, valueOf(calendar.getFirstProperty(name))])),
    events: [...kept.values()].map(shown),
  };
});
process.stdout.write(JSON.stringify(answers));
