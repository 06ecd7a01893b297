import { useEffect, useRef, useState } from "preact/hooks";
import { DOCUMENT_FORMATS, type DocumentFormat } from "../../shared/document-format.js";
import type { ServiceRecord } from "../../shared/event.js";
import { readDocument, readList } from "./client.js";
import { sensors } from "./live.js";
import { save } from "./save.js";

const MAX_SERVICES = 1_000;

/** Every document of the inventory to take away, of all sensors or of one, of all services or of one. */
export function DocumentsMenu() {
  const [isOpen, setOpen] = useState(false);
  const [sensor, setSensor] = useState("");
  const [service, setService] = useState("");
  const [services, setServices] = useState<readonly string[]>([]);
  const [unlisted, setUnlisted] = useState(0);
  const [making, setMaking] = useState<string>();
  const [trouble, setTrouble] = useState("");
  const place = useRef<HTMLDivElement>(null);
  useLeaving(place, isOpen, () => setOpen(false));
  useEffect(() => {
    if (!isOpen) return;
    readList<ServiceRecord>("services", MAX_SERVICES).then(
      ({ items, total }) => {
        setServices([...new Set(items.map(({ name }) => name))].sort());
        setUnlisted(total - items.length);
      },
      (error: Error) => setTrouble(error.message),
    );
  }, [isOpen]);
  const take = async ({ name }: DocumentFormat): Promise<void> => {
    setMaking(name);
    setTrouble("");
    try {
      save(await readDocument(name, sensor, service));
    } catch (error) {
      setTrouble((error as Error).message);
    } finally {
      setMaking(undefined);
    }
  };
  return (
    <div class="menu" ref={place}>
      <button type="button" aria-expanded={isOpen} aria-controls="documents" onClick={() => setOpen(!isOpen)}>
        Documents
      </button>
      {isOpen && (
        <div class="menu-panel" id="documents">
          <label>
            of{" "}
            <select aria-label="Documents of" value={sensor} onChange={(event) => setSensor(event.currentTarget.value)}>
              <option value="">all sensors</option>
              {sensors.value.map(({ id, name }) => (
                <option key={id} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            and of{" "}
            <select
              aria-label="Documents of service"
              value={service}
              onChange={(event) => setService(event.currentTarget.value)}
            >
              <option value="">all services</option>
              {services.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          {unlisted > 0 && (
            <p class="warn">
              … and {unlisted.toLocaleString("en")} services more, seen longer ago, are not in this list; use eastwatch
              export --service for them.
            </p>
          )}
          {trouble !== "" && (
            <p class="bad" role="alert">
              {trouble}
            </p>
          )}
          <ul>
            {DOCUMENT_FORMATS.map((format) => (
              <li key={format.name}>
                <button type="button" disabled={making !== undefined} onClick={() => take(format)}>
                  <strong>{format.title}</strong>
                  <span class="quiet">{format.name === making ? "is being made …" : format.about}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** Escape, and a click anywhere else, leave an open menu. */
function useLeaving(place: { readonly current: HTMLElement | null }, isOpen: boolean, leave: () => void): void {
  const latest = useRef(leave);
  latest.current = leave;
  useEffect(() => {
    if (!isOpen) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") latest.current();
    };
    const onClick = (event: Event): void => {
      if (!place.current?.contains(event.target as Node)) latest.current();
    };
    document.addEventListener("keydown", onKey);
    document.addEventListener("pointerdown", onClick);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("pointerdown", onClick);
    };
  }, [isOpen]);
}
