import { identitySuite } from './identity-suite.ts';

identitySuite(1);
