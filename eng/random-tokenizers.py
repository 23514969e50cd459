#!/usr/bin/env python3
"""Writes small random tokenizers that use everything we support, texts and ids: FOLDER/N/tokenizer.json, tokenizer_config.json, in.json.

    eng/random-tokenizers.py 7 130 FOLDER
    for folder in FOLDER/*; do node eng/huggingface-tokenizers.mjs $folder; done | gzip -9n > RandomTokenizers.jsonl.gz

A folder at a time, because the library ends its process over some of them. The result is a golden of the tests.
"""
import json
import os
import random
import sys

SEED, COUNT, FOLDER = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
R = random.Random(SEED)


def bytechars():
    bs=list(range(33,127))+list(range(161,173))+list(range(174,256)); cs=bs[:]; n=0
    for b in range(256):
        if b not in bs: bs.append(b); cs.append(256+n); n+=1
    return {b:chr(c) for b,c in zip(bs,cs)}
BC=bytechars()
ALPH=list("abcdeABs' .,\n\t_-1239éßÅ\u00a0\u0301\u0323\u3000你好가각ᄀ\u1161\u11a8ſK²Ⅷ٣\u2581\u200d\u0085🐍𝟎𝛠\U00010400")+["  ","   ","'s","'LL","'re","<x>","<y>","\r\n","</s>","ab","abc","aab","<0x41>","<unk>","\ue000","\ue001","foo","bar ","'ſ","'Re"]
def text():
    return "".join(R.choice(ALPH) for _ in range(R.randint(0,25)))
def merges_for(vocab, alphabet, n):
    toks=list(alphabet); ms=[]
    for _ in range(n):
        a=R.choice(toks); b=R.choice(toks)
        if len(a+b)>6: continue
        if [a,b] in ms and R.random()<.8: continue
        ms.append([a,b])
        if a+b not in vocab: vocab[a+b]=len(vocab); toks.append(a+b)
    return ms
def split():
    k=R.randint(0,7)
    pats=[{"Regex":r"[\r\n]"},{"Regex":r"\s?\p{L}+"},{"Regex":r"\s?\p{P}+"},{"Regex":r"[一-龥ࠀ-一가-퟿]+"},{"String":R.choice([" ","a","ab","'s","▁"])},{"Regex":r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"},{"Regex":r"[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,2}|\s+(?!\S)|\s"},{"Regex":r"\p{N}+|(?<=a)b|\S\d*?a"}]
    return {"type":"Split","pattern":pats[k],"behavior":R.choice(["Isolated"]*4+["Removed","MergedWithPrevious","MergedWithNext","Contiguous"]),"invert":R.random()<.2}
def make():
    byte=R.random()<.5
    vocab={}
    extra={}
    pre=[]
    for _ in range(R.randint(0,3)):
        pre.append(split() if R.random()<.7 else {"type":"Digits","individual_digits":R.random()<.5})
    norm=[]
    if R.random()<.5: norm.append({"type":"NFC"})
    if byte:
        for b in range(256): vocab[BC[b]]=len(vocab)
        sub=[BC[b] for b in b"abcs' .\n12"]+[BC[b] for b in "é你".encode()]
        ms=merges_for(vocab,sub,R.randint(0,60))
        bl={"type":"ByteLevel","add_prefix_space":(not pre and R.random()<.4),"trim_offsets":True,"use_regex":R.random()<.5}
        pre.append(bl); dec={"type":"ByteLevel","add_prefix_space":True,"trim_offsets":True}
        if R.random()<.2: dec=R.choice([None,{"type":"Sequence","decoders":[{"type":"ByteLevel"  ,"add_prefix_space":True,"trim_offsets":True},{"type":"Replace","pattern":{"String":"ab"},"content":"X"},{"type":"Strip","content":"a","start":1,"stop":0}]}])
    else:
        fb=R.random()<.6
        vocab["<unk>"]=0
        if fb:
            for b in range(256): vocab["<0x%02X>"%b]=len(vocab)
        known=[c for c in ALPH if len(c)==1 and R.random()<.7 and c!=' ']+["\u2581"]
        if R.random()<.3: known.append(" ")
        for c in dict.fromkeys(known): vocab[c]=len(vocab)
        sub=[c for c in dict.fromkeys(known) if c in "abcs'.\n12\u2581é"]
        ms=[m for m in merges_for(vocab,sub,R.randint(0,60))]
        extra=dict(byte_fallback=fb,fuse_unk=R.random()<.5,unk_token="<unk>" if R.random()<.8 else None)
        rep={"type":"Replace","pattern":{"String":" "},"content":"\u2581"}
        if R.random()<.5:
            if R.random()<.7: norm.append({"type":"Prepend","prepend":"\u2581"})
            norm.append(rep)
        if R.random()<.5:
            pre.insert(R.randint(0,len(pre)),{"type":"Metaspace","replacement":"\u2581","prepend_scheme":R.choice(["first","always","never"][any(n["type"]=="Prepend" for n in norm):]),"split":R.random()<.5})
        decs=[{"type":"Replace","pattern":{"String":"\u2581"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":R.randint(0,2),"stop":0}]
        if R.random()<.3: decs=[{"type":"Metaspace","replacement":"\u2581","prepend_scheme":R.choice(["first","always","never"])}]
        if R.random()<.2: decs=[{"type":"ByteFallback"},{"type":"Strip","content":"a","start":1,"stop":0},{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"first"},{"type":"Fuse"},{"type":"Replace","pattern":{"String":"aba"},"content":"Y"}]
        dec={"type":"Sequence","decoders":decs}
    if R.random()<.3: extra["ignore_merges"]=True
    items=list(vocab.items())
    if extra.get("ignore_merges"):
        for t in ("abc","ab1","▁foo","foo","Ġfoo","bar"):
            if t not in vocab: vocab[t]=len(vocab)
    added=[]
    nid=len(vocab)
    for c in R.sample(["<x>","<y>","</s>","<x","ab"," a","foo","<unk>","é","\u2581","s","  "],R.randint(1,6)):
        if c in vocab: i=vocab[c]
        else: i=nid; nid+=1
        added.append(dict(id=i,content=c,single_word=R.random()<.25,lstrip=R.random()<.25,rstrip=R.random()<.25,normalized=R.random()<.4,special=R.random()<.5))
    if not any(a["content"]=="<e>" for a in added): added.append(dict(id=nid,content="<e>",single_word=False,lstrip=False,rstrip=False,normalized=False,special=True))
    # order by id: those not in vocab are in increasing order already
    n=None if not norm else (norm[0] if len(norm)==1 and R.random()<.5 else {"type":"Sequence","normalizers":norm})
    p=None if not pre else (pre[0] if len(pre)==1 and R.random()<.5 else {"type":"Sequence","pretokenizers":pre})
    return dict(version="1.0",truncation=None,padding=None,added_tokens=added,normalizer=n,pre_tokenizer=p,post_processor=None,decoder=dec,model=dict(type="BPE",dropout=None,continuing_subword_prefix=None,end_of_word_suffix=None,**extra,vocab=vocab,merges=ms)), vocab, nid
for number in range(COUNT):
    folder = os.path.join(FOLDER, str(number))
    os.makedirs(folder, exist_ok=True)
    tokenizer, vocab, size = make()
    texts = [text() for _ in range(12)]
    ids = [[R.randint(0, size) for _ in range(R.randint(0, 12))] for _ in range(8)]
    for name, content in (("tokenizer", tokenizer), ("tokenizer_config", {"eos_token": "<e>"}), ("in", {"texts": texts, "ids": ids})):
        with open(os.path.join(folder, name + ".json"), "w") as file:
            json.dump(content, file)
