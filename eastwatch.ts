#!/usr/bin/env node
import { startBundle } from "./start-bundle.js";

startBundle(new URL("./command-line.bundle", import.meta.url));
