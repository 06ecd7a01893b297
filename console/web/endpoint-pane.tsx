import { useEffect, useState } from "preact/hooks";
import type { EndpointItem, EndpointRow } from "../api.js";
import { readEndpoint } from "./client.js";
import { DetailPane } from "./detail.js";
import { EndpointDetail } from "./endpoint-detail.js";

interface Props {
  readonly row: EndpointRow;
  onClose(): void;
}

/** All of the endpoint of a row, read when it is opened and whenever the list was read again. */
export function EndpointPane({ row, onClose }: Props) {
  const { key } = row;
  const [read, setRead] = useState<EndpointItem | undefined>(undefined);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    let isCurrent = true;
    readEndpoint(key).then(
      (endpoint) => {
        if (!isCurrent) return;
        setRead(endpoint);
        setTrouble("");
      },
      (error: Error) => isCurrent && setTrouble(error.message),
    );
    return () => {
      isCurrent = false;
    };
  }, [row]);
  // What another row had is nothing of this one's.
  const endpoint = read?.key === key ? read : undefined;
  if (endpoint !== undefined) return <EndpointDetail endpoint={endpoint} trouble={trouble} onClose={onClose} />;
  return (
    <DetailPane isBusy={trouble === ""} onClose={onClose}>
      <h3>
        {row.method} {row.template}
      </h3>
      {trouble === "" ? <p class="quiet">It is being read.</p> : <p class="bad">{trouble}</p>}
    </DetailPane>
  );
}
