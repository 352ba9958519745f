package code_test

// snippet is a text, without prose around it, and what it is to be called.
type snippet struct {
	name, class, language string // language "" accepts any
	text                  string
}

var snippets = []snippet{
	{"go", "code", "go", goSample},
	{"python", "code", "python", `import json
from pathlib import Path

def load(path: Path) -> dict:
    """Read the ledger."""
    with open(path) as f:
        data = json.load(f)
    if data is None:
        raise ValueError(f"no ledger in {path}")
    return {k: v for k, v in data.items() if v}
`},
	{"javascript", "code", "javascript", `const express = require('express');
const app = express();

app.get('/orders/:id', async (req, res) => {
  const order = await db.orders.findOne({ id: req.params.id });
  if (order === undefined) {
    return res.status(404).json({ error: 'missing' });
  }
  console.log(order);
  res.json(order);
});
`},
	{"typescript", "code", "typescript", `export interface Order {
  id: number;
  readonly customer: string;
  paid?: boolean;
}

export function total(orders: Order[]): number {
  return orders.filter((o: Order) => o.paid).length;
}
`},
	{"java", "code", "java", `package com.example.ledger;

import java.util.ArrayList;
import java.util.List;

public class Ledger extends Base {
    private final List<String> entries = new ArrayList<>();

    @Override
    public void add(String entry) {
        entries.add(entry);
        System.out.println(entry);
    }
}
`},
	{"kotlin", "code", "kotlin", `data class Order(val id: Int, val customer: String)

fun total(orders: List<Order>): Int {
    val paid = orders.filter { it.id > 0 }
    return when {
        paid.isEmpty() -> 0
        else -> paid.size
    }
}
`},
	{"csharp", "code", "csharp", `using System;
using System.Threading.Tasks;

namespace Ledger
{
    public class Order
    {
        public string Customer { get; set; }

        public async Task<int> SaveAsync()
        {
            Console.WriteLine(Customer);
            return await store.PutAsync(this);
        }
    }
}
`},
	{"c", "code", "c", `#include <stdio.h>
#include <stdlib.h>

static int sum(const int *values, size_t n)
{
	int total = 0;
	for (size_t i = 0; i < n; i++)
		total += values[i];
	return total;
}

int main(void)
{
	int *v = malloc(4 * sizeof(int));
	printf("%d\n", sum(v, 4));
	free(v);
}
`},
	{"cpp", "code", "cpp", `#include <iostream>
#include <vector>

template <typename T>
class Stack : public Base<T> {
public:
    virtual ~Stack() = default;
    void push(const T& value) { items_.push_back(value); }
private:
    std::vector<T> items_;
};

int main() {
    std::cout << "done" << std::endl;
}
`},
	{"rust", "code", "rust", `use std::collections::HashMap;

pub fn count(words: &[&str]) -> HashMap<String, usize> {
    let mut out = HashMap::new();
    for w in words {
        *out.entry(w.to_string()).or_insert(0) += 1;
    }
    match out.get("the") {
        Some(n) => println!("{}", n),
        None => {}
    }
    out
}
`},
	{"swift", "code", "swift", `import UIKit

final class CartView: UIView {
    private var items: [String] = []

    func add(_ item: String?) -> Int {
        guard let item = item else { return 0 }
        items.append(item)
        return items.count
    }
}
`},
	{"ruby", "code", "ruby", `require 'json'

class Ledger
  attr_accessor :entries

  def initialize(path)
    @entries = JSON.parse(File.read(path))
  end

  def show
    @entries.each do |e|
      puts "#{e['id']}: #{e['sum']}" unless e.nil?
    end
  end
end
`},
	{"php", "code", "php", `<?php
namespace App\Ledger;

class Order {
    private $items = array();

    public function add($item) {
        if (isset($this->items[$item['id']])) {
            return null;
        }
        $this->items[] = $item;
        echo count($this->items);
    }
}
`},
	{"perl", "code", "perl", `use strict;
use warnings;

my %seen;
while (my $line = <STDIN>) {
    chomp $line;
    next if $line =~ /^#/;
    $seen{$line}++;
}
foreach my $k (sort keys %seen) {
    print "$k\t$seen{$k}\n";
}
`},
	{"lua", "code", "lua", `local json = require("json")

local function sum(list)
  local total = 0
  for i, v in ipairs(list) do
    if v ~= nil then
      total = total + v
    end
  end
  return total
end
`},
	{"haskell", "code", "haskell", `module Ledger where

import qualified Data.Map as Map

data Order = Order { orderId :: Int, paid :: Bool } deriving (Show, Eq)

total :: [Order] -> Maybe Int
total [] = Nothing
total os = Just $ sum (map orderId os)
  where unpaid = filter (not . paid) os
`},
	{"clojure", "code", "clojure", `(ns ledger.core
  (:require [clojure.string :as str]))

(defn total [orders]
  (let [paid (filter :paid orders)]
    (reduce + (map :sum paid))))

(println (total [{:paid true :sum 3}]))
`},
	{"elixir", "code", "elixir", `defmodule Ledger do
  def total(orders) do
    orders
    |> Enum.filter(fn o -> o.paid end)
    |> Enum.map(& &1.sum)
    |> Enum.sum()
  end

  defp empty?([]), do: true
end
`},
	{"r", "code", "r", `library(ggplot2)
library(dplyr)

orders <- read.csv("orders.csv", header = TRUE)
summary(orders)
orders %>%
  mutate(paid = sum > 0) %>%
  ggplot(aes(x = day, y = sum)) + geom_line()
`},
	{"matlab", "code", "", `function y = smooth(x, n)
    w = ones(1, n) ./ n;
    y = conv(x, w, 'same');
    for i = 1:length(y)
        y(i) = y(i) .* 2;
    end
end
`},
	{"assembly", "code", "assembly", `section .text
global _start
_start:
    mov eax, 4
    mov ebx, 1
    xor edx, edx
    push rbp
    syscall
    ret
`},
	{"visual basic", "code", "visualbasic", `Sub Totals()
    Dim ws As Worksheet
    Dim i As Integer
    For i = 1 To 10
        If ws.Cells(i, 1).Value > 0 Then
            ws.Cells(i, 2).Value = ws.Cells(i, 1).Value * 2
        End If
    Next i
End Sub
`},
	{"fortran", "code", "", `program ledger
  implicit none
  integer :: i
  real, dimension(10) :: x
  do i = 1, 10
    x(i) = i * 2.0
  end do
  write(*,*) sum(x)
end program ledger
`},
	{"solidity", "code", "solidity", `pragma solidity ^0.8.0;

contract Vault {
    mapping(address => uint256) public balances;

    function deposit() external payable {
        require(msg.value > 0, "empty");
        balances[msg.sender] += msg.value;
    }
}
`},
	{"css", "code", "css", `.card > h2:hover {
  margin: 0 auto;
  padding: 4px 8px;
  color: #336699;
}

@media (max-width: 600px) {
  .card { display: none; }
}
`},
	{"sql", "sql", "sql", `SELECT c.name, COUNT(o.id) AS orders, SUM(o.total) AS spent
FROM customers AS c
LEFT JOIN orders AS o ON o.customer_id = c.id
WHERE c.country = 'NL' AND o.placed_at >= '2024-01-01'
GROUP BY c.name
HAVING SUM(o.total) > 100
ORDER BY spent DESC;
`},
	{"shell", "shell", "shell", `#!/bin/bash
set -euo pipefail
for f in "$@"; do
  if [ -z "$f" ]; then
    echo "empty" >&2
    exit 1
  fi
  grep -v '^#' "$f" | awk '{ print $2 }' | sort -u > /tmp/out
done
`},
	{"yaml", "config", "yaml", `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ledger
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: ledger
          image: registry.example.com/ledger:1.4
`},
	{"hcl", "config", "hcl", `resource "aws_s3_bucket" "ledger" {
  bucket = var.bucket_name
  tags = {
    Team = "billing"
  }
}

variable "bucket_name" {
  default = "ledger"
}
`},
	{"dockerfile", "config", "dockerfile", `FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN go build -o /out/ledger ./cmd/ledger

FROM scratch
COPY --from=build /out/ledger /ledger
ENTRYPOINT ["/ledger"]
`},
	{"html", "markup", "html", `<!DOCTYPE html>
<html>
  <body>
    <div class="card" id="main">
      <a href="/orders">Orders</a>
      <ul><li>One</li></ul>
    </div>
  </body>
</html>
`},
	{"xml", "markup", "xml", `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.example.org/POM/4.0.0">
  <dependency>
    <groupId>com.example</groupId>
    <artifactId>ledger</artifactId>
  </dependency>
</project>
`},
	{"diff", "diff", "", `diff --git a/ledger.go b/ledger.go
index 3f1a2b4..9c8d7e6 100644
--- a/ledger.go
+++ b/ledger.go
@@ -1,4 +1,4 @@
 package ledger
 
-const limit = 10
+const limit = 20
 var names []string
`},
	{"diff of prose", "diff", "", `--- a/README
+++ b/README
@@ -3,3 +3,3 @@
 Read this first.
-The shop opens at nine.
+The shop opens at ten.
 We are glad to help.
`},
	{"java trace", "trace", "", `java.lang.IllegalStateException: ledger is closed
    at com.example.ledger.Ledger.add(Ledger.java:41)
    at com.example.ledger.Ledger.addAll(Ledger.java:57)
    at com.example.web.OrderHandler.post(OrderHandler.java:112)
Caused by: java.io.IOException: disk full
    ... 12 more
`},
	{"python trace", "trace", "", `Traceback (most recent call last):
  File "/srv/app/ledger.py", line 41, in add
    self.entries.append(entry)
  File "/srv/app/store.py", line 7, in append
    raise StoreError("closed")
store.StoreError: closed
`},
	{"one line", "code", "", `function add(a,b){var c=a+b;if(c>limit){console.log(c);return limit;}for(var i=0;i<c;i++){total[i]=c-i;}return c;}`},
}

// negatives are texts in which nothing of at least medium confidence is found.
var negatives = map[string]string{
	"prose": proseSample,
	"german": `Sehr geehrte Frau Weber,

vielen Dank für Ihre Nachricht vom 3. Mai. Leider können wir den Termin nicht halten; bitte teilen Sie uns mit, ob Ihnen
der 14. oder der 15. besser passt (vormittags). Mit freundlichen Grüßen`,
	"french": `Pouvez-vous résumer ce texte en trois phrases ? Il s'agit d'un rapport sur les transports : bus, tramway,
vélo. Les chiffres (page 4) montrent une hausse de 12 % ; la cause n'est pas claire.`,
	"spanish":  "¿Me ayudas a escribir una carta para mi casero? El contrato termina el 31 de julio y quiero quedarme un año más.",
	"russian":  "Напиши, пожалуйста, краткое содержание первой главы; нужно примерно сто слов.\nБез имён героев.",
	"chinese":  "请帮我写一封邮件,告诉客户发货会晚三天。\n语气要礼貌,但不要太长。\n最后附上新的日期:五月十二日。",
	"japanese": "来週の会議の議題を三つ提案してください。\n一つ目は予算、二つ目は採用、三つ目は新しい事務所です。",
	"arabic":   "هل يمكنك تلخيص هذا النص في ثلاث جمل؟\nأريد أن أرسله إلى زميلي قبل الظهر.",
	"log":      logSample + logSample,
	"access log": `10.0.3.7 - - [12/Mar/2024:10:11:12 +0000] "GET /orders?id=4 HTTP/1.1" 200 512 "-" "curl/8.0"
10.0.3.8 - - [12/Mar/2024:10:11:13 +0000] "POST /orders HTTP/1.1" 201 64 "-" "curl/8.0"
10.0.3.7 - - [12/Mar/2024:10:11:15 +0000] "GET /orders/5 HTTP/1.1" 404 12 "-" "curl/8.0"`,
	"syslog": `Mar  3 09:01:02 host1 sshd[812]: Accepted publickey for deploy from 10.1.1.1 port 4022
Mar  3 09:01:09 host1 systemd[1]: Started Session 41 of user deploy.
Mar  3 09:02:44 host1 kernel: [8812.22] eth0: link up (1000 Mbps)`,
	"json": `{
  "order": 17,
  "customer": {
    "name": "Example",
    "tags": ["new", "eu"],
    "paid": true
  },
  "lines": [
    {"sku": "A-1", "count": 2},
    {"sku": "B-7", "count": 1}
  ]
}`,
	"json line": `{"path":"/notes/today.txt","mode":"append","text":"buy milk, call Anna","retries":3,"dry_run":false}`,
	"csv": `id,customer,total,date
1,Example BV,12.50,2024-01-03
2,Sample Ltd,8.00,2024-01-04
3,Test GmbH,91.20,2024-01-09
4,Acme,3.10,2024-01-09`,
	"tsv": "name\tcity\tage\nAnna\tUtrecht\t31\nBram\tGent\t44\nCleo\tParis\t29",
	"table": `| quarter | revenue | growth |
|---------|---------|--------|
| Q1      | 120     | 3%     |
| Q2      | 131     | 9%     |`,
	"licence": `Permission is hereby granted to any person who obtains a copy of this work to use it, provided that:

1. Redistributions must retain this notice and the disclaimer;
2. The name of the licensor may not be used to endorse derivative works; and
3. The licensee carries all liability.

THE WORK IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING THE WARRANTIES OF
MERCHANTABILITY AND FITNESS FOR A PURPOSE. IN NO EVENT SHALL THE COPYRIGHT HOLDER BE LIABLE FOR ANY DAMAGES.`,
	"notice in a comment": `/*
 * Copyright 2024 Example BV. All rights reserved.
 *
 * Licensed under the Example License; you may not use this work except as the license permits.
 * Redistribution with or without changes needs written permission of the copyright holder.
 * There is no warranty, not even of merchantability or fitness, and no liability for damages.
 */`,
	"e-mail": `From: Anna Jansen <anna@example.com>
To: Bram de Vries <bram@example.com>
Date: Tue, 5 Mar 2024 10:00:00 +0100
Subject: Re: Lunch on Friday (room 4)
Message-ID: <17.4@example.com>

Hi Bram,
shall we say half past twelve?
Anna`,
	"recipe": `Pancakes (for 4)

- 250 g flour
- 2 eggs
- 500 ml milk; a pinch of salt

1. Whisk the flour and the eggs.
2. Add the milk slowly (about 5 minutes).
3. Fry for 2 min. per side, until golden.`,
	"chat": `[10:21] <anna> did the build pass?
[10:22] <bram> yes, but the tests in /usr/src are slow
[10:22] <anna> ok (again...)
[10:25] * bram is away: lunch`,
	"list": `Agenda:
- budget: 3 items
- hiring: 2 people (design, support)
- office: plants; coffee`,
	"maths":        "Solve for x: 3x^2 + 4x - 7 = 0.\nThen show that f(x) = 2x + 1 is one-to-one.\nWhat is f(f(3))?",
	"command":      "what does `ls -la` do, and how is it different from `ls -l`?",
	"bare command": "kubectl get pods -n billing",
	"fenced prose": "Rewrite this:\n```\nDear all, the office is closed on Monday.\nPlease take your plants home.\nThank you, Anna\n```\n",
	"fenced json":  "Explain:\n```json\n{\n  \"a\": 1,\n  \"b\": [1, 2, 3],\n  \"c\": {\"d\": null}\n}\n```\n",
	"url":          "https://shop.example.com/orders?id=17&sort=desc&filter=%7B%22a%22%3A1%7D#top",
	"base64":       "aGVsbG8gd29ybGQsIHRoaXMgaXMgYSB0ZXN0IG9mIGxvbmcgYmFzZTY0IHRleHQ=",
	"blank":        "                                   \n\n\n\t\t\n              ",
}
