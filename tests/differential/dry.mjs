import { print } from 'graphql-17';
import { Documents } from './documents.mjs';
import { Mutations } from './mutations.mjs';
import { Random } from './random.mjs';
import { references } from './reference.mjs';
const [a,b]=references(); const r=new Random(1); const d=new Documents(b.schema,r); const m=new Mutations(r);
const t={},u={}; const diffs={};
console.time('x');
for(let i=0;i<3000;i++){ const v=d.generate(); const valid=r.happens(0.3); const c=valid?{text:print(v.document),variables:v.variables}:m.apply(v);
 const o=a.verdict(c.text,c.variables), n=b.verdict(c.text,c.variables);
 if(valid && n.verdict!=='accepted'){ (u[n.why.replace(/"[^"]*"/g,'Q')]??=[]).push(c.text);} 
 t[n.verdict]=(t[n.verdict]??0)+1;
 if(o.verdict!==n.verdict){ const k=`${o.verdict}(${o.why}) ${n.verdict}(${n.why})`.replace(/"[^"]*"/g,'Q'); (diffs[k]??=[]).push(c);} }
console.timeEnd('x');
console.log(t); for(const k in u) console.log('VALID',u[k].length,k,u[k][0].slice(0,1200)); for(const k in diffs) console.log('DIFF',diffs[k].length,k, JSON.stringify(diffs[k][0]).slice(0,500));
